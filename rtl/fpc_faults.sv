// Finds what is wrong with the word in X, in the order in which the core looks.
// SPDX-License-Identifier: Apache-2.0

module fpc_faults (
  input  fpc_pkg::uop_t uop_i,
  input  logic          is_branch_i,
  input  logic          is_arb_i,
  input  logic          is_command_i,
  input  logic          command_swaps_i,
  input  logic          command_ok_i,
  input  logic          shift_lost_i,     // indirect shift without an amount
  input  logic [1:0]    pending_i,        // fpc_pkg::leave_e: defer slots of what are open
  input  logic [3:0]    operand_fault_i,  // fpc_pkg::fault_e
  output logic [3:0]    fault_o,          // fpc_pkg::fault_e
  output logic          reads_operands_o  // they are read, and post-modified, whatever comes after
);
  `include "fpc_inject.svh"

  logic [3:0] early;  // operands are not reached
  logic [3:0] late;
  logic       in_defer;

  assign in_defer = pending_i != fpc_pkg::LeaveNone;

  always_comb begin
    early = fpc_pkg::FaultNone;
    if (!uop_i.ecc_ok) begin
      early = fpc_pkg::FaultEccError;
    end else if (!uop_i.legal) begin
      early = fpc_pkg::FaultIllegalWord;
    end else if (is_command_i && in_defer &&
                 (pending_i != fpc_pkg::LeaveBranch || command_swaps_i)) begin
      early = fpc_pkg::FaultBranchInDefer;
    end else if (`FPC_FAULT(45, shift_lost_i, 1'b0)) begin
      early = fpc_pkg::FaultIndirectShift;
    end
  end

  always_comb begin
    late = fpc_pkg::FaultNone;
    if ((is_branch_i || is_arb_i) && `FPC_FAULT(46, in_defer, 1'b0)) begin
      late = fpc_pkg::FaultBranchInDefer;
    end else if (is_arb_i && uop_i.word[fpc_isa_pkg::CtxArbArbFlagsLsb+1]) begin
      late = fpc_pkg::FaultIllegalWord;  // breakpoint
    end else if (is_command_i && !command_ok_i) begin
      late = fpc_pkg::FaultBadCommand;
    end
  end

  always_comb begin
    fault_o = late;
    if (operand_fault_i != fpc_pkg::FaultNone) fault_o = operand_fault_i;
    if (early != fpc_pkg::FaultNone)          fault_o = early;
  end

  assign reads_operands_o = early == fpc_pkg::FaultNone && operand_fault_i == fpc_pkg::FaultNone;

endmodule
