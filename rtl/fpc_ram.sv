// A register file: one write port, one read port that shows the word at once.
// SPDX-License-Identifier: Apache-2.0

module fpc_ram #(
  parameter int unsigned Words = 128,
  localparam int unsigned AddrWidth = $clog2(Words)
) (
  input  logic                 clk_i,
  input  logic                 we_i,
  input  logic [AddrWidth-1:0] waddr_i,
  input  logic [31:0]          wdata_i,
  input  logic [AddrWidth-1:0] raddr_i,
  output logic [31:0]          rdata_o
);

  logic [31:0] mem [Words]  /* verilator public_flat_rd */;

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
  end

  assign rdata_o = mem[raddr_i];

endmodule
