// PseudoRndNum: splitmix64, three stages ahead so that a number is ready every cycle.
// SPDX-License-Identifier: Apache-2.0
//
// The hardware's rule is not known; this one is what fpc/interpreter_csr.cpp does. The stages fill
// in the two cycles after boot_i.

module fpc_random (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        boot_i,   // takes the seed
  input  logic [63:0] seed_i,
  input  logic        next_i,   // number_o is taken
  output logic [31:0] number_o
);

  localparam logic [63:0] Step  = 64'h9e37_79b9_7f4a_7c15;
  localparam logic [63:0] MixA  = 64'hbf58_476d_1ce4_e5b9;
  localparam logic [63:0] MixB  = 64'h94d0_49bb_1331_11eb;

  logic [63:0] state_q;
  logic [63:0] mixed_a_q;
  logic [63:0] mixed_b_q;
  logic [1:0]  filling_q;
  logic        moves;

  assign moves = next_i || filling_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= '0;
      mixed_a_q <= '0;
      mixed_b_q <= '0;
      filling_q <= '0;
    end else if (boot_i) begin
      state_q   <= seed_i + Step;
      filling_q <= 2'd2;
    end else if (moves) begin
      state_q   <= state_q + Step;
      mixed_a_q <= (state_q ^ (state_q >> 30)) * MixA;
      mixed_b_q <= (mixed_a_q ^ (mixed_a_q >> 27)) * MixB;
      if (filling_q != '0) filling_q <= filling_q - 2'd1;
    end
  end

  // The mixed low half is in the high one, which is all that is read.
  assign number_o = mixed_b_q[63:32];

endmodule
