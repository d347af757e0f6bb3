// What the word in X asks for that happens behind its defer slots.
// SPDX-License-Identifier: Apache-2.0
//
// The bubbles are the cycles of the cost rule less the word and its filled slots.

module fpc_leave (
  input  fpc_pkg::uop_t     uop_i,
  input  logic [15:0]       pc_i,

  input  logic              is_branch_i,
  input  logic              is_taken_i,
  input  logic [31:0]       branch_target_i,
  input  logic [1:0]        branch_slots_i,
  input  logic [2:0]        branch_cycles_i,

  input  logic              is_command_i,
  input  fpc_pkg::command_t command_i,
  input  logic [1:0]        command_slots_i,

  input  logic              is_arb_i,

  output logic              leaves_o,
  output fpc_pkg::leave_t   leave_o
);
  `include "fpc_inject.svh"

  logic [15:0] events;
  logic [3:0]  arb_flags;   // 0 any, 2 with branch, 3 not-kill
  logic [2:0]  cycles;
  logic [2:0]  spent;

  assign events    = uop_i.word[fpc_isa_pkg::CtxArbEventMaskLsb +: 16];
  assign arb_flags = uop_i.word[fpc_isa_pkg::CtxArbArbFlagsLsb +: 4];
  assign leaves_o  = (is_branch_i && (is_taken_i || branch_slots_i != '0)) || is_arb_i ||
                     (is_command_i && command_i.swaps);

  always_comb begin
    leave_o        = '0;
    leave_o.kind   = fpc_pkg::LeaveBranch;
    leave_o.slots  = branch_slots_i;
    leave_o.target = branch_target_i;
    cycles         = branch_cycles_i;
    if (is_command_i) begin
      leave_o.kind   = fpc_pkg::LeaveCommand;
      leave_o.slots  = command_slots_i;
      leave_o.target = {16'd0, pc_i} + 32'd1 + {30'd0, command_slots_i};
      leave_o.wakeup = 16'd1 << command_i.signal;
      cycles         = fpc_isa_pkg::InsnTaken[uop_i.op*3 +: 3];
    end
    if (is_arb_i) begin
      leave_o.kind   = fpc_pkg::LeaveArbitration;
      leave_o.slots  = uop_i.word[fpc_isa_pkg::CtxArbDeferLsb +: 2];
      leave_o.any    = `FPC_FAULT(52, arb_flags[0], 1'b1);
      leave_o.kills  = events == '0 && !arb_flags[3];
      // Event 0 is voluntary: the context stays ready.
      leave_o.wakeup = `FPC_FAULT(53, events[0], 1'b0) ? 16'd0 : events;
      leave_o.target = {16'd0, pc_i} + 32'd1 + {30'd0, leave_o.slots};
      if (arb_flags[2]) begin
        leave_o.target = {18'd0, uop_i.word[fpc_isa_pkg::CtxArbTargetHighLsb],
                          uop_i.word[fpc_isa_pkg::CtxArbTargetLowLsb +: 13]};
      end
      cycles = fpc_isa_pkg::InsnTaken[uop_i.op*3 +: 3];
    end
    spent           = {1'b0, leave_o.slots} + `FPC_FAULT(54, 3'd1, 3'd0);
    leave_o.bubbles = cycles > spent ? cycles[1:0] - spent[1:0] : 2'd0;
  end

endmodule
