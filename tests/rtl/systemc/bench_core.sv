// The core as a SystemC bench uses it: control store, command port and transfer registers; the rest tied or left open.
// SPDX-License-Identifier: Apache-2.0

module bench_core (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        halt_i,
  input  logic        store_we_i,
  input  logic [12:0] store_addr_i,
  input  logic [63:0] store_data_i,
  input  logic        store_size_we_i,
  input  logic [13:0] store_size_i,
  input  logic        signal_valid_i,
  input  logic [1:0]  signal_ctx_i,
  input  logic [15:0] signal_mask_i,
  output logic        cmd_valid_o,
  input  logic        cmd_ready_i,
  output logic [7:0]  cmd_op_o,
  output logic [2:0]  cmd_ctx_o,
  output logic [5:0]  cmd_xfer_o,
  output logic [3:0]  cmd_signal_o,
  output logic [39:0] cmd_address_o,
  input  logic [7:0]  pull_addr_i,
  output logic [31:0] pull_data_o,
  input  logic        push_valid_i,
  input  logic [7:0]  push_addr_i,
  input  logic [31:0] push_data_i,
  output logic        fault_valid_o
);

  fpc_core u_core (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .boot_pc_i      (16'd0),
    .boot_contexts_i(4'b1111),
    .boot_seed_i    (64'd1),
    .core_number_i  (16'd0),
    .halt_i         (halt_i),
    .watchdog_i     (1'b0),
    .timestamp_i    (64'd0),
    .store_we_i     (store_we_i),
    .store_addr_i   (store_addr_i),
    .store_data_i   (store_data_i),
    .store_size_we_i(store_size_we_i),
    .store_size_i   (store_size_i),
    .signal_valid_i (signal_valid_i),
    .signal_ctx_i   (signal_ctx_i),
    .signal_mask_i  (signal_mask_i),
    .cmd_valid_o    (cmd_valid_o),
    .cmd_ready_i    (cmd_ready_i),
    .cmd_op_o       (cmd_op_o),
    .cmd_ctx_o      (cmd_ctx_o),
    .cmd_xfer_o     (cmd_xfer_o),
    .cmd_signal_o   (cmd_signal_o),
    .cmd_address_o  (cmd_address_o),
    .pull_addr_i    (pull_addr_i),
    .pull_data_o    (pull_data_o),
    .push_valid_i   (push_valid_i),
    .push_addr_i    (push_addr_i),
    .push_data_i    (push_data_i),
    .fault_valid_o  (fault_valid_o)
  );

endmodule
