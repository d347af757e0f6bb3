// Address of a local-memory operand and what may be wrong with it.
// SPDX-License-Identifier: Apache-2.0
//
// The offset is ORed to the index register's word address, so it must fit its alignment.

module fpc_local_address (
  input  fpc_pkg::operand_t operand_i,
  input  logic [127:0]      lm_addr_i,  // 4 registers of 32 bits
  input  logic [4:0]        fresh_i,
  output logic [9:0]        word_o,
  output logic [3:0]        fault_o  // fpc_pkg::fault_e; also for T_INDEX operands
);
  `include "fpc_inject.svh"

  logic [31:0] address;
  logic [3:0]  offset;

  assign address = lm_addr_i[{operand_i.lm_index, 5'd0} +: 32];
  assign offset  = operand_i.value[3:0];
  assign word_o  = address[11:2] | {6'd0, offset};

  always_comb begin
    fault_o = fpc_pkg::FaultNone;
    if (operand_i.kind == fpc_pkg::KindLmem) begin
      if (fresh_i[{1'b0, operand_i.lm_index}]) begin
        fault_o = fpc_pkg::FaultLmLatency;
      end else if (address[31:12] != '0) begin
        fault_o = fpc_pkg::FaultLmOutOfRange;
      end else if (`FPC_FAULT(30, (address[5:2] & offset), {1'b0, address[4:2] & offset[2:0]}) != '0) begin
        fault_o = fpc_pkg::FaultLmWindow;
      end
    end else if (operand_i.kind == fpc_pkg::KindXferIndex && fresh_i[4]) begin
      fault_o = fpc_pkg::FaultLmLatency;
    end
  end

endmodule
