// Control and status registers: stored ones, what the core shows of itself, and their read value.
// SPDX-License-Identifier: Apache-2.0
//
// local_csr_rd takes the value in one cycle, the immed directly behind delivers it.

module fpc_csr #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                boot_i,
  input  logic [63:0]         seed_i,
  input  logic [15:0]         core_number_i,
  input  logic [63:0]         timestamp_i,   // cycles

  input  logic                read_i,        // the word in X executes
  input  logic                write_i,
  input  logic [4:0]          csr_i,         // fpc_pkg::csr_e
  input  logic [31:0]         wdata_i,
  input  logic [W-1:0]        ctx_i,
  input  logic [Contexts-1:0] enabled_i,
  input  logic [127:0]        lm_addr_i,
  input  logic [31:0]         xfer_index_i,

  output logic [31:0]         value_o,       // as the last read took it
  output logic                index_we_o,    // the register is an index register
  output logic [2:0]          index_number_o
);
  `include "fpc_inject.svh"

  localparam int unsigned TickShift = 4;  // 16 cycles per tick of the timestamp

  logic [31:0] byte_index_q [Contexts];
  logic [31:0] context_pointer_q;
  logic [31:0] mailbox_q [4];
  logic [31:0] value_q;
  logic [31:0] value_d;
  logic [31:0] random;
  logic [31:0] enables;
  logic [63:0] ticks;
  logic [1:0]  box;

  fpc_random u_random (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .boot_i  (boot_i),
    .seed_i  (seed_i),
    .next_i  (read_i && csr_i == fpc_pkg::CsrPseudoRndNum),
    .number_o(random)
  );

  assign ticks   = timestamp_i >> TickShift;
  assign box = csr_i[1:0] - 2'd3;  // CsrMailbox0 is 7

  always_comb begin
    enables = '0;
    for (int unsigned c = 0; c < Contexts; c++) enables[8 + c*(8/Contexts)] = enabled_i[c];
  end

  always_comb begin
    case (csr_i)
      fpc_pkg::CsrLmAddr0, fpc_pkg::CsrLmAddr1, fpc_pkg::CsrLmAddr2, fpc_pkg::CsrLmAddr3:
        value_d = lm_addr_i[{csr_i[1:0], 5'd0} +: 32];
      fpc_pkg::CsrXferIndex:     value_d = xfer_index_i;
      fpc_pkg::CsrByteIndex:     value_d = byte_index_q[ctx_i];
      fpc_pkg::CsrCtxPtr:        value_d = context_pointer_q;
      fpc_pkg::CsrMailbox0, fpc_pkg::CsrMailbox1, fpc_pkg::CsrMailbox2, fpc_pkg::CsrMailbox3:
        value_d = mailbox_q[box];
      fpc_pkg::CsrActCtxStatus:
        value_d = {13'd0, core_number_i, 3'(ctx_i) << (3 - W)};
      fpc_pkg::CsrCtxEnables:    value_d = enables;
      fpc_pkg::CsrTimestampLow:  value_d = `FPC_FAULT(44, ticks[31:0], timestamp_i[31:0]);
      fpc_pkg::CsrTimestampHigh: value_d = ticks[63:32];
      default:                   value_d = random;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned c = 0; c < Contexts; c++) byte_index_q[c] <= '0;
      for (int unsigned m = 0; m < 4; m++) mailbox_q[m] <= '0;
      context_pointer_q <= '0;
      value_q           <= '0;
    end else begin
      if (read_i) value_q <= value_d;
      if (write_i) begin
        case (csr_i)
          fpc_pkg::CsrByteIndex: byte_index_q[ctx_i] <= wdata_i;
          fpc_pkg::CsrCtxPtr:    context_pointer_q   <= wdata_i;
          fpc_pkg::CsrMailbox0, fpc_pkg::CsrMailbox1, fpc_pkg::CsrMailbox2, fpc_pkg::CsrMailbox3:
            mailbox_q[box] <= wdata_i;
          default: ;
        endcase
      end
    end
  end

  assign value_o        = value_q;
  assign index_we_o     = write_i && csr_i <= fpc_pkg::CsrXferIndex;
  assign index_number_o = csr_i[2:0];

endmodule
