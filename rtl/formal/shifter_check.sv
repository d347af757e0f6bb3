// The shifter equals this specification: each bit of the result looked up where it comes from.
// SPDX-License-Identifier: Apache-2.0

module shifter_check (
  input logic [1:0]  control,
  input logic        is_asr,
  input logic        fill,
  input logic [4:0]  amount,
  input logic [31:0] a,
  input logic [31:0] b
);
  logic [31:0] result;

  fpc_shifter u_shifter (
    .control_i(control), .is_asr_i(is_asr), .fill_i(fill), .amount_i(amount), .a_i(a), .b_i(b),
    .result_o(result)
  );

  logic [6:0] source;  // of a bit: its own number plus or less the amount
  logic       expected;
  always_comb begin
    source   = '0;
    expected = 1'b0;
    for (int unsigned i = 0; i < 32; i++) begin
      if (control == 2'd2) begin
        // To the left: zeros come in at the bottom.
        source   = i[6:0] - {2'b00, amount};
        expected = i >= {27'd0, amount} ? b[source[4:0]] : 1'b0;
      end else begin
        source   = i[6:0] + {2'b00, amount};
        expected = b[source[4:0]];
        if (source[5]) begin
          if (control == 2'd1) expected = is_asr ? fill : 1'b0;
          if (control == 2'd3) expected = a[source[4:0]];
        end
      end
`ifdef FPC_WRONG
      if (control == 2'd0 && source[5]) expected = a[source[4:0]];
`endif
      assert (result[i] == expected);
    end
  end

endmodule
