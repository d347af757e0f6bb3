// The ECC check: any one wrong bit is corrected, any two are told.
// SPDX-License-Identifier: Apache-2.0
//
// The code is linear, so the syndrome of a stored word is that of its wrong bits alone: the sum of
// their columns. It is therefore enough that
//   - the core does for each syndrome what its column asks for (below, for every stored word), and
//   - no sum of two columns is 0 or a column (below, for every pair of bits).
// The columns come from the table of docs/isa.md; how the core finds the wrong bit does not matter.

module ecc_check (
  input logic [51:0] stored,
  input logic [5:0]  first,
  input logic [5:0]  second
);
  logic [6:0]  syndrome;
  logic [44:0] word;
  logic        corrected;
  logic        ok;

  fpc_ecc u_ecc (.stored_i(stored), .word_o(word), .corrected_o(corrected), .ok_o(ok));

  localparam logic [44:0] Row0 = 45'h0ff800007fff;
  localparam logic [44:0] Row1 = 45'h11f801ff801f;
  localparam logic [44:0] Row2 = 45'h1e387e0781e1;
  localparam logic [44:0] Row3 = 45'h17cb8e388e22;
  localparam logic [44:0] Row4 = 45'h1af5b2c93244;
  localparam logic [44:0] Row5 = 45'h1f56d5525488;
`ifdef FPC_WRONG
  localparam logic [44:0] Row6 = 45'h0daf69a46911;
`else
  localparam logic [44:0] Row6 = 45'h0daf69a46910;
`endif

  assign syndrome = stored[51:45] ^ {^(stored[44:0] & Row6), ^(stored[44:0] & Row5),
                                     ^(stored[44:0] & Row4), ^(stored[44:0] & Row3),
                                     ^(stored[44:0] & Row2), ^(stored[44:0] & Row1),
                                     ^(stored[44:0] & Row0)};

  logic [363:0] columns;  // 52 of 7 bits: instruction bits, then ECC bits
  always_comb begin
    for (int unsigned j = 0; j < 45; j++) begin
      columns[j*7 +: 7] = {Row6[j], Row5[j], Row4[j], Row3[j], Row2[j], Row1[j], Row0[j]};
    end
    for (int unsigned i = 0; i < 7; i++) columns[(45+i)*7 +: 7] = 7'd1 << i;
  end

  logic [51:0] wrong_bit;
  always_comb begin
    wrong_bit = '0;
    for (int unsigned j = 0; j < 52; j++) wrong_bit[j] = syndrome == columns[j*7 +: 7];
    assert (ok == (syndrome == '0 || wrong_bit != '0));
    assert (corrected == (wrong_bit != '0));
    if (ok) assert (word == (stored[44:0] ^ wrong_bit[44:0]));
  end

  logic [6:0] sum;
  always_comb begin
    sum = columns[first*7 +: 7] ^ columns[second*7 +: 7];
    if (first < 6'd52 && second < 6'd52 && first != second) begin
      assert (sum != '0);
      for (int unsigned j = 0; j < 52; j++) assert (sum != columns[j*7 +: 7]);
    end
  end

endmodule
