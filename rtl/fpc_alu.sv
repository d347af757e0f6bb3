// Arithmetic and logic: what alu and alu_shf rows compute from the left and the right operand.
// SPDX-License-Identifier: Apache-2.0
//
// Sums are 33 bits wide: carry is the carry out of bit 31, so no borrow after a subtraction.

module fpc_alu (
  input  logic [7:0]  op_i,  // fpc_isa_pkg::op_e
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,   // shifted already if the row shifts
  input  logic        carry_i,
  output logic [31:0] result_o,
  output logic        zero_o,
  output logic        carry_o,
  output logic        overflow_o
);
  `include "fpc_inject.svh"

  logic [31:0] x;
  logic [31:0] y;
  logic        carry_in;
  logic [32:0] sum;
  logic [5:0]  ones;
  logic [4:0]  first;

  always_comb begin
    x        = a_i;
    y        = b_i;
    carry_in = 1'b0;
    case (op_i)
      fpc_isa_pkg::OpAluAdd8:     y = {24'd0, `FPC_FAULT(5, b_i[7:0], b_i[7:0] ^ 8'h80)};
      fpc_isa_pkg::OpAluAdd16:    y = {16'd0, b_i[15:0]};
      fpc_isa_pkg::OpAluAddCarry: carry_in = carry_i;
      fpc_isa_pkg::OpAluSub: begin
        y        = ~b_i;
        carry_in = `FPC_FAULT(6, 1'b1, 1'b0);
      end
      fpc_isa_pkg::OpAluSubCarry: begin
        y        = ~b_i;
        carry_in = `FPC_FAULT(7, carry_i, !carry_i);
      end
      fpc_isa_pkg::OpAluSubBA: begin
        x        = b_i;
        y        = ~a_i;
        carry_in = 1'b1;
      end
      default: ;
    endcase
  end

  assign sum        = {1'b0, x} + {1'b0, y} + {32'd0, carry_in};
  assign carry_o    = `FPC_FAULT(8, sum[32], sum[31]);
  assign overflow_o = (x[31] ^ sum[31]) & `FPC_FAULT(9, (y[31] ^ sum[31]), y[31]);

  always_comb begin
    ones  = '0;
    first = '0;
    if (op_i == fpc_isa_pkg::OpAluPop3) begin
      for (int unsigned i = 0; i < 32; i++) ones = ones + {5'd0, b_i[i]};
    end
    if (op_i == fpc_isa_pkg::OpAluFfs) begin
      for (int i = 31; i >= 0; i--) if (b_i[i]) first = i[4:0];
    end
  end

  always_comb begin
    case (op_i)
      fpc_isa_pkg::OpAluB, fpc_isa_pkg::OpAluPop1, fpc_isa_pkg::OpAluPop2,
      fpc_isa_pkg::OpShfB, fpc_isa_pkg::OpShfAsr:              result_o = b_i;
      fpc_isa_pkg::OpAluNotB, fpc_isa_pkg::OpShfNotB:          result_o = ~b_i;
      fpc_isa_pkg::OpAluAnd, fpc_isa_pkg::OpShfAnd:            result_o = a_i & b_i;
      fpc_isa_pkg::OpAluNotAAnd, fpc_isa_pkg::OpShfNotAAnd:    result_o = ~a_i & b_i;
      fpc_isa_pkg::OpAluAndNotB, fpc_isa_pkg::OpShfAndNotB:
        result_o = `FPC_FAULT(10, a_i & ~b_i, ~a_i & b_i);
      fpc_isa_pkg::OpAluOr, fpc_isa_pkg::OpShfOr:              result_o = a_i | b_i;
      fpc_isa_pkg::OpAluXor:     result_o = `FPC_FAULT(11, a_i ^ b_i, a_i | b_i);
      fpc_isa_pkg::OpAluPop3:                                  result_o = {26'd0, ones};
      fpc_isa_pkg::OpAluFfs:     result_o = {27'd0, `FPC_FAULT(12, first, ~first)};
      default:                                                 result_o = sum[31:0];
    endcase
  end

  // ffs of a word with bit 0 set gives 0, which is not "none found".
  assign zero_o = op_i == fpc_isa_pkg::OpAluFfs ? `FPC_FAULT(13, b_i == '0, result_o == '0)
                                                : result_o == '0;

endmodule
