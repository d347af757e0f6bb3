#!/bin/sh
# Verilator's lint with all warnings, for cores of 4 and of 8 contexts.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"
sources="fpc_isa_pkg.sv fpc_pkg.sv $(find . -name 'fpc_*.sv' ! -name '*_pkg.sv' | sort | tr '\n' ' ')"
for contexts in 4 8; do
  # shellcheck disable=SC2086 # the list is split on purpose
  verilator --lint-only -Wall --top-module fpc_core -GContexts=$contexts -I. lint.vlt $sources
done
