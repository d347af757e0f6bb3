#!/bin/sh
# Proves rtl/formal/*_check.sv with yosys; --wrong breaks the specifications, so that every proof must fail.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"
define=""
if [ "${1:-}" = "--wrong" ]; then define="-DFPC_WRONG"; fi

# prove NAME CHECK SOURCE [CHPARAM...]
prove() {
  name=$1 check=$2 source=$3
  shift 3
  if yosys -q -p "read_verilog -sv -formal -I.. $define ../fpc_isa_pkg.sv ../fpc_pkg.sv ../$source.sv $check.sv
    $*
    hierarchy -check -top $check; proc; flatten; memory_map; opt -full
    sat -verify -prove-asserts -timeout 60 $check" > "${TMPDIR:-/tmp}/prove.$$" 2>&1; then
    found=proved
  elif grep -q "proof did fail" "${TMPDIR:-/tmp}/prove.$$"; then
    found=refuted
  else
    cat "${TMPDIR:-/tmp}/prove.$$"
    found=undecided
  fi
  rm -f "${TMPDIR:-/tmp}/prove.$$"
  echo "$name: $found"
  if [ -n "$define" ]; then test $found = refuted; else test $found = proved; fi
}

prove "alu" alu_check fpc_alu
prove "shifter" shifter_check fpc_shifter
prove "ecc" ecc_check fpc_ecc
prove "arbiter of 4" arbiter_check fpc_arbiter
prove "arbiter of 8" arbiter_check fpc_arbiter "chparam -set Contexts 8 arbiter_check"
