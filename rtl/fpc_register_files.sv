// The register files: GPR banks A and B, transfer registers in and out, local memory.
// SPDX-License-Identifier: Apache-2.0
//
// Transfer-in registers are written by the push port and read by words; transfer-out registers are
// written by words and read by the pull port.

module fpc_register_files (
  input  logic              clk_i,

  // Reads
  input  logic [6:0]        gpr_a_raddr_i,
  input  logic [6:0]        gpr_b_raddr_i,
  input  logic [7:0]        xfer_raddr_i,
  input  logic [9:0]        lm_raddr_i,
  output logic [31:0]       gpr_a_o,
  output logic [31:0]       gpr_b_o,
  output logic [31:0]       xfer_o,
  output logic [31:0]       lm_o,

  // Destination of the word in X
  input  logic              we_i,
  input  fpc_pkg::operand_t dst_i,
  input  logic              dst_bank_i,
  input  logic              dst_both_i,
  input  logic [6:0]        gpr_waddr_i,
  input  logic [7:0]        xfer_waddr_i,
  input  logic [9:0]        lm_waddr_i,
  input  logic [31:0]       wdata_i,

  // Memory side
  input  logic [7:0]        pull_addr_i,
  output logic [31:0]       pull_data_o,
  input  logic              push_valid_i,
  input  logic [7:0]        push_addr_i,
  input  logic [31:0]       push_data_i
);
  `include "fpc_inject.svh"

  logic writes_gpr;
  logic writes_xfer;
  logic writes_lm;

  assign writes_gpr  = we_i && (dst_i.kind == fpc_pkg::KindGpr || dst_i.kind == fpc_pkg::KindGprAbs);
  assign writes_xfer = we_i && (dst_i.kind == fpc_pkg::KindXfer ||
                                dst_i.kind == fpc_pkg::KindXferIndex);
  assign writes_lm   = we_i && dst_i.kind == fpc_pkg::KindLmem;

  fpc_ram #(.Words(128)) u_gpr_a (
    .clk_i  (clk_i),
    .we_i   (writes_gpr && (!dst_bank_i || `FPC_FAULT(49, dst_both_i, 1'b0))),
    .waddr_i(gpr_waddr_i),
    .wdata_i(wdata_i),
    .raddr_i(gpr_a_raddr_i),
    .rdata_o(gpr_a_o)
  );

  fpc_ram #(.Words(128)) u_gpr_b (
    .clk_i  (clk_i),
    .we_i   (writes_gpr && (dst_bank_i || dst_both_i)),
    .waddr_i(gpr_waddr_i),
    .wdata_i(wdata_i),
    .raddr_i(gpr_b_raddr_i),
    .rdata_o(gpr_b_o)
  );

  fpc_ram #(.Words(256)) u_xfer_in (
    .clk_i  (clk_i),
    .we_i   (push_valid_i),
    .waddr_i(push_addr_i),
    .wdata_i(push_data_i),
    .raddr_i(xfer_raddr_i),
    .rdata_o(xfer_o)
  );

  fpc_ram #(.Words(256)) u_xfer_out (
    .clk_i  (clk_i),
    .we_i   (writes_xfer),
    .waddr_i(xfer_waddr_i),
    .wdata_i(wdata_i),
    .raddr_i(`FPC_FAULT(50, pull_addr_i, pull_addr_i ^ 8'd1)),
    .rdata_o(pull_data_o)
  );

  fpc_ram #(.Words(fpc_pkg::LmWords)) u_lm (
    .clk_i  (clk_i),
    .we_i   (writes_lm),
    .waddr_i(lm_waddr_i),
    .wdata_i(wdata_i),
    .raddr_i(lm_raddr_i),
    .rdata_o(lm_o)
  );

endmodule
