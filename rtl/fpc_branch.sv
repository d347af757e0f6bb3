// Branches: whether the word in X branches, whereto, and what that costs.
// SPDX-License-Identifier: Apache-2.0

module fpc_branch #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  fpc_pkg::uop_t uop_i,
  input  logic [15:0]   pc_i,
  input  logic [W-1:0]  ctx_i,
  input  logic [15:0]   signals_i,
  input  logic [3:0]    flags_i,    // n z c v
  input  logic          fresh_i,    // the word before has set them
  input  logic [31:0]   a_i,

  output logic          is_branch_o,
  output logic          is_taken_o,
  output logic [31:0]   target_o,   // where it goes on, taken or not, behind its defer slots
  output logic [1:0]    slots_o,
  output logic [2:0]    cycles_o,   // that it costs, filled slots included
  output logic          tests_signal_o,
  output logic [3:0]    signal_o
);
  `include "fpc_inject.svh"

  logic        n;
  logic        z;
  logic        c;
  logic        v;
  logic [2:0]  number;     // of the context, in hardware's count of 8
  logic [7:0]  constant;   // beside the register of br_bset, br=byte, jump
  logic [4:0]  bit_number;
  logic        bit_is_set;
  logic        byte_is_equal;
  logic [7:0]  tested_byte;
  logic        signal_is_set;

  assign {n, z, c, v}  = flags_i;
  assign number        = 3'(ctx_i) << (3 - W);
  assign constant      = uop_i.swap ? uop_i.a.value : uop_i.b.value;
  assign bit_number    = constant[4:0] - `FPC_FAULT(35, 5'd1, 5'd0);
  assign bit_is_set    = a_i[bit_number];
  assign tested_byte   = a_i[{uop_i.word[fpc_isa_pkg::BrByteByteLsb +: 2], 3'b000} +: 8];
  assign byte_is_equal = tested_byte == constant;
  assign signal_o      = uop_i.word[fpc_isa_pkg::BranchStateLsb +: 4];
  assign signal_is_set = signals_i[signal_o];
  assign slots_o       = uop_i.word[fpc_isa_pkg::BranchDeferLsb +: 2];

  always_comb begin
    is_branch_o    = 1'b1;
    tests_signal_o = 1'b0;
    case (uop_i.op)
      fpc_isa_pkg::OpBeq:      is_taken_o = z;
      fpc_isa_pkg::OpBne:      is_taken_o = !z;
      fpc_isa_pkg::OpBmi:      is_taken_o = n;
      fpc_isa_pkg::OpBpl:      is_taken_o = !n;
      fpc_isa_pkg::OpBcs:      is_taken_o = c;
      fpc_isa_pkg::OpBcc:      is_taken_o = !c;
      fpc_isa_pkg::OpBvs:      is_taken_o = `FPC_FAULT(36, v, c);
      fpc_isa_pkg::OpBvc:      is_taken_o = !v;
      fpc_isa_pkg::OpBge:      is_taken_o = `FPC_FAULT(37, n == v, !n);
      fpc_isa_pkg::OpBlt:      is_taken_o = n != v;
      fpc_isa_pkg::OpBle:      is_taken_o = z || n != v;
      fpc_isa_pkg::OpBgt:      is_taken_o = `FPC_FAULT(38, !z, 1'b1) && n == v;
      fpc_isa_pkg::OpBr:       is_taken_o = 1'b1;
      fpc_isa_pkg::OpBrCtx:    is_taken_o = signal_o == {1'b0, number};
      fpc_isa_pkg::OpBrNotCtx: is_taken_o = signal_o != {1'b0, number};
      fpc_isa_pkg::OpBrSignal: begin
        is_taken_o     = signal_is_set;
        tests_signal_o = 1'b1;
      end
      fpc_isa_pkg::OpBrNotSignal: begin
        is_taken_o     = !signal_is_set;
        tests_signal_o = 1'b1;
      end
      fpc_isa_pkg::OpBrBit:  is_taken_o = bit_is_set == uop_i.word[fpc_isa_pkg::BrBitSenseLsb];
      fpc_isa_pkg::OpBrByte: is_taken_o = byte_is_equal == uop_i.word[fpc_isa_pkg::BrByteSenseLsb];
      fpc_isa_pkg::OpJump:   is_taken_o = 1'b1;
      default: begin
        is_branch_o = 1'b0;
        is_taken_o  = 1'b0;
      end
    endcase
  end

  always_comb begin
    target_o = {18'd0, uop_i.word[fpc_isa_pkg::BranchTargetHighLsb],
                uop_i.word[fpc_isa_pkg::BranchTargetLowLsb +: 13]};
    if (uop_i.op == fpc_isa_pkg::OpJump) begin
      target_o = a_i + {16'd0, uop_i.word[fpc_isa_pkg::JumpImmHighLsb +: 8], constant};
    end
    if (!is_taken_o) target_o = {16'd0, pc_i} + 32'd1 + {30'd0, slots_o};
  end

  always_comb begin
    cycles_o = fpc_isa_pkg::InsnTaken[uop_i.op*3 +: 3];
    if (`FPC_FAULT(39, fresh_i, 1'b0)) cycles_o = fpc_isa_pkg::InsnFresh[uop_i.op*3 +: 3];
    if (!is_taken_o) cycles_o = 3'd1;
  end

endmodule
