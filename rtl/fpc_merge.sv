// Constants and byte lanes of immed and ld_field.
// SPDX-License-Identifier: Apache-2.0

module fpc_merge (
  input  logic        is_immed_i,
  input  logic [44:0] word_i,
  input  logic [7:0]  low_i,      // low byte of the constant of immed
  input  logic [31:0] old_i,
  input  logic [31:0] shifted_i,  // source of ld_field
  output logic [31:0] result_o
);
  `include "fpc_inject.svh"

  logic [4:0]  shift;
  logic [31:0] constant;
  logic [31:0] value;
  logic [31:0] lanes;
  logic [31:0] kept;

  assign shift    = {word_i[fpc_isa_pkg::ImmedImmShiftLsb +: 2], 3'b000};
  assign constant = {16'd0, word_i[fpc_isa_pkg::ImmedImmHighLsb +: 8], low_i} << shift;

  always_comb begin
    lanes = '1;
    value = shifted_i;
    kept  = old_i;
    if (is_immed_i) begin
      value = constant ^ {32{word_i[fpc_isa_pkg::ImmedInvertLsb]}};
      case (word_i[fpc_isa_pkg::ImmedImmWidthLsb +: 2])
        2'd1:    lanes = 32'h0000_00ff << shift;
        2'd2:    lanes = `FPC_FAULT(16, 32'h0000_ffff, 32'h0000_00ff) << shift;
        default: lanes = '1;
      endcase
    end else begin
      for (int unsigned i = 0; i < 4; i++) begin
        lanes[i*8 +: 8] = {8{word_i[fpc_isa_pkg::LdFieldByteMaskLsb+i]}};
      end
      if (`FPC_FAULT(17, word_i[fpc_isa_pkg::LdFieldClearLsb], 1'b0)) kept = '0;
    end
  end

  assign result_o = (kept & ~lanes) | (value & lanes);

endmodule
