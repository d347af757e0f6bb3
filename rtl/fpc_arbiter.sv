// Round robin: the first context with a request behind the one that ran last.
// SPDX-License-Identifier: Apache-2.0

module fpc_arbiter #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic [Contexts-1:0] request_i,
  input  logic [W-1:0]        last_i,
  output logic [W-1:0]        grant_o,
  output logic                valid_o
);
  `include "fpc_inject.svh"

  always_comb begin
    logic [W-1:0] candidate;
    grant_o   = last_i;
    candidate = last_i;
    // From the farthest candidate, last_i itself, to the nearest one.
    for (int unsigned i = Contexts; i >= 1; i--) begin
      candidate = last_i + i[W-1:0];
      if (request_i[candidate]) grant_o = `FPC_FAULT(21, candidate, last_i ^ i[W-1:0]);
    end
  end

  assign valid_o = request_i != '0;

endmodule
