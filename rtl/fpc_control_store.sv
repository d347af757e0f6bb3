// The control store: 8192 words with their ECC, one synchronous read port, one load port.
// SPDX-License-Identifier: Apache-2.0
//
// A word has 64 bits on the load port; of the upper 12, which no instruction has, the store keeps
// only that one of them was set, which makes the word illegal.

module fpc_control_store (
  input  logic        clk_i,

  // Load
  input  logic        we_i,
  input  logic [12:0] waddr_i,
  input  logic [63:0] wdata_i,

  // Fetch: the word is there one cycle after re_i.
  input  logic        re_i,
  input  logic [12:0] raddr_i,
  output logic [52:0] word_o
);

  logic [52:0] store [fpc_pkg::StoreWords];
  logic [52:0] word_q;

  always_ff @(posedge clk_i) begin
    if (we_i) store[waddr_i] <= {wdata_i[63:52] != '0, wdata_i[51:0]};
    if (re_i) word_q <= store[raddr_i];
  end

  assign word_o = word_q;

endmodule
