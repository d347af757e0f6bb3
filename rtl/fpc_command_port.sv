// The command port: holds one memory command until the memory system takes it.
// SPDX-License-Identifier: Apache-2.0
//
// A command is latched when its word executes and shown once its defer slots and bubbles are over,
// so that the slots can still write its data. While it waits the core stands still.

module fpc_command_port (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              latch_i,
  input  fpc_pkg::command_t command_i,
  input  logic              show_i,
  output logic              hold_o,

  output logic              valid_o,
  input  logic              ready_i,
  output fpc_pkg::command_t command_o
);

  fpc_pkg::command_t command_q;
  logic              valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= 1'b0;
      command_q <= '0;
    end else begin
      if (latch_i) command_q <= command_i;
      if (show_i)       valid_q <= 1'b1;
      else if (ready_i) valid_q <= 1'b0;
    end
  end

  assign hold_o    = valid_q && !ready_i;
  assign valid_o   = valid_q;
  assign command_o = command_q;

endmodule
