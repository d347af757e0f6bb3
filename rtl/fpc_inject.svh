// A wrong decision in place of the right one, for tests that prove that lockstep finds it.
// SPDX-License-Identifier: Apache-2.0
//
// `FPC_FAULT(NUMBER, RIGHT, WRONG)` is RIGHT, unless the model is built with FPC_INJECT and
// fpc_inject_pkg::selected is NUMBER. Numbers are unique (tests/rtl checks it).

`ifndef FPC_FAULT
`ifdef FPC_INJECT
`define FPC_FAULT(NUMBER, RIGHT, WRONG) \
  ((fpc_inject_pkg::selected == 8'd``NUMBER) ? (WRONG) : (RIGHT))
`else
`define FPC_FAULT(NUMBER, RIGHT, WRONG) (RIGHT)
`endif
`endif
