// Condition codes and what a word leaves behind for the next one.
// SPDX-License-Identifier: Apache-2.0
//
//   PREV_R  result of alu, alu_shf, immed, ld_field: asr's fill, indirect_ref
//   PREV_A  left operand of alu, alu_shf: amount of an indirect shift directly behind
//   prev_*  what kind of word stood directly before; nothing after a swap

module fpc_state (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        go_i,
  input  logic        forget_i,      // the store has changed
  input  logic        running_i,     // the word before was this context's

  // Word in X
  input  logic [7:0]  op_i,
  input  logic        sets_nz_i,
  input  logic        sets_cv_i,
  input  logic        negative_i,
  input  logic        zero_i,
  input  logic        carry_i,
  input  logic        overflow_i,
  input  logic [31:0] a_i,
  input  logic [31:0] result_i,

  output logic [3:0]  flags_o,       // n z c v
  output logic [3:0]  next_flags_o,  // after the word
  output logic [31:0] prev_a_o,
  output logic [31:0] prev_r_o,
  output logic [31:0] next_prev_a_o,
  output logic [31:0] next_prev_r_o,
  output logic        prev_sets_nz_o,
  output logic        prev_has_a_o,
  output logic        prev_reads_csr_o
);
  `include "fpc_inject.svh"

  logic [3:0]  flags_q  /* verilator public_flat_rd */;
  logic [31:0] prev_a_q;
  logic [31:0] prev_r_q;
  logic        prev_sets_nz_q;
  logic        prev_has_a_q;
  logic        prev_reads_csr_q;

  always_comb begin
    next_flags_o = flags_q;
    if (sets_nz_i) next_flags_o[3:2] = {negative_i, zero_i};
    if (sets_cv_i) next_flags_o[1:0] = {carry_i, overflow_i};
    next_prev_a_o = fpc_isa_pkg::InsnSetsPrevA[op_i] ? `FPC_FAULT(47, a_i, result_i) : prev_a_q;
    next_prev_r_o = fpc_isa_pkg::InsnSetsPrevR[op_i] ? result_i : prev_r_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flags_q          <= '0;
      prev_a_q         <= '0;
      prev_r_q         <= '0;
      prev_sets_nz_q   <= 1'b0;
      prev_has_a_q     <= 1'b0;
      prev_reads_csr_q <= 1'b0;
    end else if (forget_i) begin
      prev_sets_nz_q   <= 1'b0;
      prev_has_a_q     <= 1'b0;
      prev_reads_csr_q <= 1'b0;
    end else if (go_i) begin
      flags_q          <= next_flags_o;
      prev_a_q         <= next_prev_a_o;
      prev_r_q         <= next_prev_r_o;
      prev_sets_nz_q   <= sets_nz_i;
      prev_has_a_q     <= fpc_isa_pkg::InsnSetsPrevA[op_i];
      prev_reads_csr_q <= fpc_isa_pkg::InsnReadsCsr[op_i];
    end
  end

  assign flags_o          = flags_q;
  assign prev_a_o         = prev_a_q;
  assign prev_r_o         = prev_r_q;
  assign prev_sets_nz_o   = prev_sets_nz_q && running_i;
  assign prev_has_a_o     = prev_has_a_q && `FPC_FAULT(48, running_i, 1'b1);
  assign prev_reads_csr_o = prev_reads_csr_q && running_i;

endmodule
