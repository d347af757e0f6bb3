// What the word in X computes: shifter, ALU, merge and multiplier, and which result counts.
// SPDX-License-Identifier: Apache-2.0

module fpc_compute (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          go_i,
  input  fpc_pkg::uop_t uop_i,
  input  logic [31:0]   a_i,
  input  logic [31:0]   b_i,
  input  logic          carry_i,
  input  logic [31:0]   prev_a_i,
  input  logic [31:0]   prev_r_i,
  input  logic          prev_has_a_i,
  input  logic          prev_reads_csr_i,
  input  logic [31:0]   csr_value_i,

  output logic [31:0]   result_o,
  output logic          zero_o,
  output logic          carry_o,
  output logic          overflow_o,
  output logic          sets_nz_o,
  output logic          sets_cv_o,
  output logic          shift_lost_o  // indirect shift, but the word before has no amount
);
  `include "fpc_inject.svh"

  logic        is_alu;
  logic        is_shf;
  logic        is_ld;
  logic        is_immed;
  logic [1:0]  control;
  logic [4:0]  field;
  logic        is_indirect;
  logic [4:0]  amount;
  logic [31:0] shifted;
  logic [31:0] computed;
  logic        computed_zero;
  logic [31:0] merged;
  logic [63:0] product;
  logic        keeps_flags;

  assign is_alu   = uop_i.format == fpc_isa_pkg::FormatAlu;
  assign is_shf   = uop_i.format == fpc_isa_pkg::FormatShf ||
                    uop_i.format == fpc_isa_pkg::FormatShfFixed;
  assign is_ld    = uop_i.format == fpc_isa_pkg::FormatLdField;
  assign is_immed = uop_i.format == fpc_isa_pkg::FormatImmed;

  // The field of a left shift holds 32 - amount; 0 asks for the amount of the word before.
  assign control     = uop_i.word[fpc_isa_pkg::ShfShiftControlLsb +: 2];
  assign field       = uop_i.word[fpc_isa_pkg::ShfShiftLsb +: 5];
  assign is_indirect = field == '0 && control != 2'd0;
  always_comb begin
    amount = control == 2'd2 ? -field : field;
    if (is_indirect) amount = prev_a_i[4:0];
  end
  assign shift_lost_o = (is_shf || is_ld) && is_indirect && !prev_has_a_i;

  fpc_shifter u_shifter (
    .control_i(control),
    .is_asr_i (uop_i.op == fpc_isa_pkg::OpShfAsr),
    .fill_i   (prev_r_i[31]),
    .amount_i (amount),
    .a_i      (a_i),
    .b_i      (b_i),
    .result_o (shifted)
  );

  fpc_alu u_alu (
    .op_i      (uop_i.op),
    .a_i       (a_i),
    .b_i       (is_shf ? shifted : b_i),
    .carry_i   (carry_i),
    .result_o  (computed),
    .zero_o    (computed_zero),
    .carry_o   (carry_o),
    .overflow_o(overflow_o)
  );

  fpc_merge u_merge (
    .is_immed_i(is_immed),
    .word_i    (uop_i.word),
    .low_i     (uop_i.swap ? uop_i.a.value : uop_i.b.value),
    .old_i     (a_i),
    .shifted_i (shifted),
    .result_o  (merged)
  );

  fpc_multiplier u_multiplier (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .go_i     (go_i),
    .op_i     (uop_i.op),
    .a_i      (a_i),
    .b_i      (b_i),
    .product_o(product)
  );

  always_comb begin
    result_o = merged;
    if (is_immed && prev_reads_csr_i) result_o = csr_value_i;
    if (is_alu || is_shf) result_o = computed;
    if (uop_i.format == fpc_isa_pkg::FormatMulLast) begin
      case (uop_i.op)
        fpc_isa_pkg::OpMul24x8Last, fpc_isa_pkg::OpMul16x16Last, fpc_isa_pkg::OpMul32x32Last:
          result_o = product[31:0];
        default:
          result_o = product[63:32];
      endcase
    end
  end

  assign zero_o      = is_ld ? merged == '0 : computed_zero;
  assign keeps_flags = uop_i.word[fpc_isa_pkg::AluNoCcLsb];
  always_comb begin
    sets_nz_o = (is_alu || is_shf) && fpc_isa_pkg::InsnSetsNz[uop_i.op] && !keeps_flags;
    sets_cv_o = (is_alu || is_shf) && fpc_isa_pkg::InsnSetsCv[uop_i.op] && !keeps_flags;
    if (is_ld && `FPC_FAULT(51, uop_i.word[fpc_isa_pkg::LdFieldLoadCcLsb], 1'b0)) sets_nz_o = 1'b1;
  end

endmodule
