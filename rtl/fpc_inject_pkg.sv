// Which wrong decision is in force; only in models built with FPC_INJECT.
// SPDX-License-Identifier: Apache-2.0

package fpc_inject_pkg;

  logic [7:0] selected /* verilator public_flat_rw */;

endpackage
