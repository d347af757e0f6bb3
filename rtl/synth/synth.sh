#!/bin/sh
# Synthesizes the core and prints cells, LUTs and (generic) the longest path: synth.sh generic | xilinx. Takes minutes.
# SPDX-License-Identifier: Apache-2.0
#
# The retirement port is left open, as a chip would leave it.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
  # Memories stay memories: half a million gates would say nothing.
  generic) flow="synth -flatten -top fpc_core -run begin:fine; opt -fast -full; techmap; opt -fast; abc -fast -g AND,OR,XOR,MUX; opt_clean; stat; ltp -noff" ;;
  # ltp takes carry chains and flip-flops of this library for loops.
  xilinx) flow="synth_xilinx -family xc7 -flatten -top fpc_core; stat" ;;
  *) echo "usage: synth.sh generic | xilinx" >&2; exit 2 ;;
esac
sources="fpc_isa_pkg.sv fpc_pkg.sv $(find . -name 'fpc_*.sv' ! -name '*_pkg.sv' | sort | tr '\n' ' ')"
yosys -p "read_verilog -sv -I. $sources
  hierarchy -check -top fpc_core
  delete -output fpc_core/w:retire_*_o
  $flow"
