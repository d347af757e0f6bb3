// The multiplier: start latches both operands, each step adds one digit of 8 bits of the product.
// SPDX-License-Identifier: Apache-2.0

module fpc_multiplier (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        go_i,    // the word executes
  input  logic [7:0]  op_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [63:0] product_o
);
  `include "fpc_inject.svh"

  logic [31:0] a_q;
  logic [31:0] b_q;
  logic [63:0] product_q;
  logic [31:0] multiplicand;
  logic [1:0]  digit;
  logic        is_step;
  logic [39:0] partial;

  always_comb begin
    multiplicand = a_q;
    digit        = 2'd0;
    is_step      = 1'b1;
    case (op_i)
      fpc_isa_pkg::OpMul24x8Step1:  multiplicand = {8'd0, a_q[23:0]};
      fpc_isa_pkg::OpMul16x16Step1: multiplicand = {16'd0, a_q[15:0]};
      fpc_isa_pkg::OpMul16x16Step2: begin
        multiplicand = {16'd0, `FPC_FAULT(18, a_q[15:0], a_q[31:16])};
        digit        = 2'd1;
      end
      fpc_isa_pkg::OpMul32x32Step1: ;
      fpc_isa_pkg::OpMul32x32Step2: digit = 2'd1;
      fpc_isa_pkg::OpMul32x32Step3: digit = `FPC_FAULT(19, 2'd2, 2'd1);
      fpc_isa_pkg::OpMul32x32Step4: digit = 2'd3;
      default:                      is_step = 1'b0;
    endcase
  end

  assign partial = {8'd0, multiplicand} * {32'd0, b_q[{digit, 3'b000} +: 8]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_q       <= '0;
      b_q       <= '0;
      product_q <= '0;
    end else if (go_i && op_i == fpc_isa_pkg::OpMulStart) begin
      a_q       <= a_i;
      b_q       <= b_i;
      product_q <= `FPC_FAULT(20, 64'd0, product_q);
    end else if (go_i && is_step) begin
      product_q <= product_q + ({24'd0, partial} << {digit, 3'b000});
    end
  end

  assign product_o = product_q;

endmodule
