// The index registers of each context: local-memory addresses 0..3 and T_INDEX.
// SPDX-License-Identifier: Apache-2.0
//
// A written register shows its value 4 busy cycles later; until then it is fresh, and a word that
// uses it faults. The last three writes are all that can be fresh.

module fpc_index_registers #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              busy_i,   // the cycle counts
  input  logic [W-1:0]      ctx_i,

  // Registers of the context
  output logic [127:0]      lm_addr_o,    // 4 registers of 32 bits
  output logic [31:0]       xfer_index_o,
  output logic [4:0]        fresh_o,  // by number: 0..3, 4 is T_INDEX

  // Write by local_csr_wr
  input  logic              we_i,
  input  logic [2:0]        number_i,
  input  logic [31:0]       wdata_i,

  // Post-modification: the source's, then the destination's if that is another register
  input  logic              post_i,
  input  fpc_pkg::operand_t src_i,
  input  fpc_pkg::operand_t src2_i,
  input  fpc_pkg::operand_t dst_i
);
  `include "fpc_inject.svh"

  logic [31:0] lm_addr_q [Contexts*4]  /* verilator public_flat_rd */;
  logic [31:0] xfer_index_q [Contexts];

  // The last three writes, the newest in the lowest place
  logic [2:0]     recent_valid_q;
  logic [3*W-1:0] recent_ctx_q;
  logic [8:0]     recent_number_q;

  always_comb begin
    for (int unsigned i = 0; i < 4; i++) lm_addr_o[i*32 +: 32] = lm_addr_q[{ctx_i, i[1:0]}];
    xfer_index_o = xfer_index_q[ctx_i];
    fresh_o      = '0;
    for (int unsigned i = 0; i < 3; i++) begin
      if (recent_valid_q[i] && recent_ctx_q[i*W +: W] == ctx_i) begin
        if (`FPC_FAULT(27, 1'b1, i != 2)) fresh_o[recent_number_q[i*3 +: 3]] = 1'b1;
      end
    end
  end

  // By register: the first operand that moves it decides.
  logic [3:0]       lm_moves;
  logic [127:0]     lm_addr_d;
  logic             xfer_moves;
  logic [31:0]      xfer_index_d;

  always_comb begin
    logic [1:0] post;
    post       = fpc_pkg::PostNone;
    lm_moves   = '0;
    lm_addr_d  = lm_addr_o;
    for (int unsigned i = 0; i < 4; i++) begin
      post = fpc_pkg::PostNone;
      if (dst_i.kind == fpc_pkg::KindLmem && dst_i.lm_index == i[1:0]) post = dst_i.post;
      if (src2_i.kind == fpc_pkg::KindLmem && src2_i.lm_index == i[1:0] &&
          src2_i.post != fpc_pkg::PostNone) post = src2_i.post;
      if (src_i.kind == fpc_pkg::KindLmem && src_i.lm_index == i[1:0] &&
          src_i.post != fpc_pkg::PostNone) post = src_i.post;
      lm_moves[i] = post != fpc_pkg::PostNone;
      if (post == fpc_pkg::PostIncrement) lm_addr_d[i*32 +: 32] = lm_addr_o[i*32 +: 32] + 32'd4;
      else lm_addr_d[i*32 +: 32] = lm_addr_o[i*32 +: 32] - `FPC_FAULT(28, 32'd4, 32'd8);
    end
  end

  always_comb begin
    logic [1:0] post;
    post = fpc_pkg::PostNone;
    if (dst_i.kind == fpc_pkg::KindXferIndex) post = dst_i.post;
    if (src2_i.kind == fpc_pkg::KindXferIndex && src2_i.post != fpc_pkg::PostNone) begin
      post = src2_i.post;
    end
    if (src_i.kind == fpc_pkg::KindXferIndex && src_i.post != fpc_pkg::PostNone) begin
      post = src_i.post;
    end
    xfer_moves   = post != fpc_pkg::PostNone;
    xfer_index_d = post == fpc_pkg::PostIncrement ? xfer_index_o + 32'd4 : xfer_index_o - 32'd4;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Contexts*4; i++) lm_addr_q[i] <= '0;
      for (int unsigned c = 0; c < Contexts; c++) xfer_index_q[c] <= '0;
      recent_valid_q  <= '0;
      recent_ctx_q    <= '0;
      recent_number_q <= '0;
    end else begin
      if (post_i) begin
        for (int unsigned i = 0; i < 4; i++) begin
          if (lm_moves[i]) lm_addr_q[{ctx_i, i[1:0]}] <= lm_addr_d[i*32 +: 32];
        end
        if (xfer_moves) xfer_index_q[ctx_i] <= xfer_index_d;
      end
      if (we_i) begin
        if (number_i == fpc_pkg::XferIndexNumber) begin
          xfer_index_q[ctx_i] <= {wdata_i[31:2], 2'b00};
        end else begin
          lm_addr_q[{ctx_i, number_i[1:0]}] <= {wdata_i[31:2], `FPC_FAULT(29, 2'b00, wdata_i[1:0])};
        end
      end
      if (busy_i) begin
        recent_valid_q  <= {recent_valid_q[1:0], we_i};
        recent_ctx_q    <= {recent_ctx_q[2*W-1:0], ctx_i};
        recent_number_q <= {recent_number_q[5:0], number_i};
      end
    end
  end

endmodule
