// Shifts the right operand: one funnel of 64 bits for rotate, right, left, double and asr.
// SPDX-License-Identifier: Apache-2.0
//
//   control  window          amount
//   0 rotate {b, b}          n
//   1 right  {fill, b}       n      fill: 0, or for asr bit 31 of the previous result
//   2 left   {b, 0}          32 - n
//   3 double {a, b}          n      a is the high word

module fpc_shifter (
  input  logic [1:0]  control_i,
  input  logic        is_asr_i,
  input  logic        fill_i,
  input  logic [4:0]  amount_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] result_o
);
  `include "fpc_inject.svh"

  logic [63:0] window;
  logic [5:0]  amount;
  logic [63:0] shifted;

  always_comb begin
    amount = {1'b0, amount_i};
    case (control_i)
      2'd0:    window = {b_i, b_i};
      2'd1:    window = {{32{is_asr_i && `FPC_FAULT(14, fill_i, b_i[31])}}, b_i};
      2'd2: begin
        window = {b_i, 32'd0};
        amount = `FPC_FAULT(15, 6'd32 - {1'b0, amount_i}, {1'b0, ~amount_i});
      end
      default: window = {a_i, b_i};
    endcase
  end

  assign shifted  = window >> amount;
  assign result_o = shifted[31:0];

endmodule
