// Reads the operands of the word in X: addresses of the register files, values, what is wrong.
// SPDX-License-Identifier: Apache-2.0
//
// Each register file has one read port: two sources that need the same one do not decode.

module fpc_operands #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  fpc_pkg::uop_t    uop_i,
  input  logic [W-1:0]     ctx_i,

  // Index registers of the context
  input  logic [127:0]     lm_addr_i,
  input  logic [31:0]      xfer_index_i,
  input  logic [4:0]       fresh_i,

  // Register files: read addresses and what they show
  output logic [6:0]       gpr_a_raddr_o,
  output logic [6:0]       gpr_b_raddr_o,
  output logic [7:0]       xfer_raddr_o,
  output logic [9:0]       lm_raddr_o,
  input  logic [31:0]      gpr_a_i,
  input  logic [31:0]      gpr_b_i,
  input  logic [31:0]      xfer_i,
  input  logic [31:0]      lm_i,

  // Operands, left and right
  output logic [31:0]      a_o,
  output logic [31:0]      b_o,
  output logic [3:0]       fault_o,  // fpc_pkg::fault_e

  // Destination
  output logic [6:0]       gpr_waddr_o,
  output logic [7:0]       xfer_waddr_o,
  output logic [9:0]       lm_waddr_o
);
  `include "fpc_inject.svh"

  localparam int unsigned R = 7 - W;  // bits of a relative GPR number
  localparam int unsigned X = 8 - W;  // bits of a transfer register number

  logic [9:0]  lm_a;
  logic [9:0]  lm_b;
  logic [3:0]  fault_a;
  logic [3:0]  fault_b;
  logic [3:0]  fault_dst;
  logic [3:0]  fault_left;
  logic [3:0]  fault_right;
  logic [31:0] value_a;
  logic [31:0] value_b;
  logic        b_reads_xfer;
  logic        b_reads_lm;
  logic [7:0]  indexed;
  logic [7:0]  xfer_value;

  fpc_local_address u_local_a (
    .operand_i(uop_i.a),
    .lm_addr_i(lm_addr_i),
    .fresh_i  (fresh_i),
    .word_o   (lm_a),
    .fault_o  (fault_a)
  );
  fpc_local_address u_local_b (
    .operand_i(uop_i.b),
    .lm_addr_i(lm_addr_i),
    .fresh_i  (fresh_i),
    .word_o   (lm_b),
    .fault_o  (fault_b)
  );
  fpc_local_address u_local_dst (
    .operand_i(uop_i.dst),
    .lm_addr_i(lm_addr_i),
    .fresh_i  (fresh_i),
    .word_o   (lm_waddr_o),
    .fault_o  (fault_dst)
  );

  // A relative number counts within the context's window, an absolute one and T_INDEX within all.
  assign gpr_a_raddr_o = uop_i.a.kind == fpc_pkg::KindGprAbs
                         ? uop_i.a.value[6:0] : {ctx_i, uop_i.a.value[R-1:0]};
  assign gpr_b_raddr_o = uop_i.b.kind == fpc_pkg::KindGprAbs
                         ? uop_i.b.value[6:0]
                         : {ctx_i, uop_i.b.value[R-1:0] ^ `FPC_FAULT(31, {R{1'b0}}, {R{1'b1}})};
  assign gpr_waddr_o   = uop_i.dst.kind == fpc_pkg::KindGprAbs
                         ? uop_i.dst.value[6:0] : {ctx_i, uop_i.dst.value[R-1:0]};
  assign indexed       = xfer_index_i[9:2];

  assign b_reads_xfer = uop_i.b.kind == fpc_pkg::KindXfer || uop_i.b.kind == fpc_pkg::KindXferIndex;
  assign b_reads_lm   = uop_i.b.kind == fpc_pkg::KindLmem;
  assign xfer_value   = b_reads_xfer ? uop_i.b.value : uop_i.a.value;
  assign xfer_raddr_o = uop_i.a.kind == fpc_pkg::KindXferIndex || uop_i.b.kind == fpc_pkg::KindXferIndex
                        ? indexed : {ctx_i, xfer_value[X-1:0]};
  assign xfer_waddr_o = uop_i.dst.kind == fpc_pkg::KindXferIndex
                        ? `FPC_FAULT(32, indexed, {ctx_i, indexed[X-1:0]})
                        : {ctx_i, uop_i.dst.value[X-1:0]};
  assign lm_raddr_o   = b_reads_lm ? lm_b : lm_a;

  always_comb begin
    case (uop_i.a.kind)
      fpc_pkg::KindGpr, fpc_pkg::KindGprAbs:     value_a = gpr_a_i;
      fpc_pkg::KindXfer, fpc_pkg::KindXferIndex: value_a = xfer_i;
      fpc_pkg::KindLmem:                         value_a = lm_i;
      default:                                   value_a = {24'd0, uop_i.a.value};
    endcase
    case (uop_i.b.kind)
      fpc_pkg::KindGpr, fpc_pkg::KindGprAbs:     value_b = gpr_b_i;
      fpc_pkg::KindXfer, fpc_pkg::KindXferIndex: value_b = xfer_i;
      fpc_pkg::KindLmem:                         value_b = lm_i;
      default:                                   value_b = {24'd0, uop_i.b.value};
    endcase
  end

  assign a_o = `FPC_FAULT(33, uop_i.swap, 1'b0) ? value_b : value_a;
  assign b_o = uop_i.swap ? value_a : value_b;

  // The left operand is looked at first, the destination last.
  assign fault_left  = uop_i.swap ? fault_b : fault_a;
  assign fault_right = uop_i.swap ? fault_a : fault_b;

  always_comb begin
    fault_o = `FPC_FAULT(34, fault_dst, fpc_pkg::FaultNone);
    if (fault_right != fpc_pkg::FaultNone) fault_o = fault_right;
    if (fault_left != fpc_pkg::FaultNone)  fault_o = fault_left;
  end

endmodule
