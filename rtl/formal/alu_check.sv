// The ALU equals this specification: sums bit by bit, everything else bit by bit from its truth table.
// SPDX-License-Identifier: Apache-2.0

module alu_check (
  input logic [7:0]  op,
  input logic [31:0] a,
  input logic [31:0] b,
  input logic        carry
);
  logic [31:0] result;
  logic        zero;
  logic        carry_out;
  logic        overflow;

  fpc_alu u_alu (
    .op_i(op), .a_i(a), .b_i(b), .carry_i(carry),
    .result_o(result), .zero_o(zero), .carry_o(carry_out), .overflow_o(overflow)
  );

  // Truth table of a logical row: bit 2a + b is the result for that pair.
  logic [3:0] table_of_row;
  logic       is_logic;
  always_comb begin
    is_logic = 1'b1;
    case (op)
      fpc_isa_pkg::OpAluB, fpc_isa_pkg::OpAluPop1, fpc_isa_pkg::OpAluPop2,
      fpc_isa_pkg::OpShfB, fpc_isa_pkg::OpShfAsr:             table_of_row = 4'b1010;
      fpc_isa_pkg::OpAluNotB, fpc_isa_pkg::OpShfNotB:         table_of_row = 4'b0101;
      fpc_isa_pkg::OpAluAnd, fpc_isa_pkg::OpShfAnd:           table_of_row = 4'b1000;
      fpc_isa_pkg::OpAluNotAAnd, fpc_isa_pkg::OpShfNotAAnd:   table_of_row = 4'b0010;
      fpc_isa_pkg::OpAluAndNotB, fpc_isa_pkg::OpShfAndNotB:   table_of_row = 4'b0100;
      fpc_isa_pkg::OpAluOr, fpc_isa_pkg::OpShfOr:             table_of_row = 4'b1110;
      fpc_isa_pkg::OpAluXor:                                  table_of_row = 4'b0110;
      default: begin
        table_of_row = 4'b0000;
        is_logic     = 1'b0;
      end
    endcase
  end

  // Summands of an arithmetic row, and a ripple of full adders.
  logic [31:0] x;
  logic [31:0] y;
  logic        first;
  logic        is_sum;
  always_comb begin
    x      = a;
    y      = b;
    first  = 1'b0;
    is_sum = 1'b1;
    case (op)
      fpc_isa_pkg::OpAluAdd:      ;
      fpc_isa_pkg::OpAluAdd8:     y = b & 32'h0000_00ff;
      fpc_isa_pkg::OpAluAdd16:    y = b & 32'h0000_ffff;
      fpc_isa_pkg::OpAluAddCarry: first = carry;
      fpc_isa_pkg::OpAluSub: begin
        y     = ~b;
        first = 1'b1;
      end
      fpc_isa_pkg::OpAluSubCarry: begin
        y     = ~b;
        first = carry;
      end
      fpc_isa_pkg::OpAluSubBA: begin
        x     = ~a;
        y     = b;
        first = 1'b1;
      end
      default: is_sum = 1'b0;
    endcase
  end

  logic [32:0] ripple;
  logic [31:0] expected_sum;
  always_comb begin
    ripple[0] = first;
    for (int unsigned i = 0; i < 32; i++) begin
      expected_sum[i] = x[i] ^ y[i] ^ ripple[i];
      ripple[i+1]     = (x[i] & y[i]) | (x[i] & ripple[i]) | (y[i] & ripple[i]);
    end
`ifdef FPC_WRONG
    ripple[32] = ripple[31];
`endif
  end

  // Ones counted in pairs; the lowest one found by isolating it.
  logic [31:0] ones;
  logic [31:0] lowest;
  always_comb begin
    ones   = '0;
    lowest = b & (~b + 32'd1);
    for (int unsigned i = 0; i < 32; i += 2) ones = ones + {30'd0, b[i+1] & b[i], b[i+1] ^ b[i]};
  end

  always_comb begin
    if (is_logic) begin
      for (int unsigned i = 0; i < 32; i++) assert (result[i] == table_of_row[{a[i], b[i]}]);
    end
    if (is_sum) begin
      assert (result == expected_sum);
      assert (carry_out == ripple[32]);
      assert (overflow == (ripple[32] ^ ripple[31]));
    end
    if (op == fpc_isa_pkg::OpAluPop3) assert (result == ones);
    if (op == fpc_isa_pkg::OpAluFfs) begin
      assert (zero == (b == '0));
      if (b == '0) assert (result == '0);
      else         assert (result < 32'd32 && lowest == (32'd1 << result[4:0]));
    end else begin
      assert (zero == (result == '0));
    end
  end

endmodule
