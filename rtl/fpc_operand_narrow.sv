// Decodes a restricted operand of 8 bits.
// SPDX-License-Identifier: Apache-2.0
//
//   GPR       000n nnnn     *$index       0100 0pp0
//   transfer  1h0n nnnn     local memory  0101 iooo
//   constant  cc1c cccc, bit 7 of it is imm8_i
//
// *n$index (0100 00p1) is not modelled: KindBad, as all other patterns.

module fpc_operand_narrow (
  input  logic [7:0]        bits_i,
  input  logic              lm_ext_i,
  input  logic              imm8_i,
  output fpc_pkg::operand_t operand_o
);

  always_comb begin
    operand_o          = '0;
    operand_o.kind     = fpc_pkg::KindBad;
    operand_o.lm_index = {lm_ext_i, bits_i[3]};
    if (bits_i[5]) begin
      operand_o.kind  = fpc_pkg::KindImm;
      operand_o.value = {imm8_i, bits_i[7:6], bits_i[4:0]};
    end else if (bits_i[7]) begin
      operand_o.kind  = fpc_pkg::KindXfer;
      operand_o.value = {2'b00, bits_i[6], bits_i[4:0]};
    end else if (!bits_i[6]) begin
      operand_o.kind  = fpc_pkg::KindGpr;
      operand_o.value = {3'b000, bits_i[4:0]};
    end else if (bits_i[4]) begin
      operand_o.kind  = fpc_pkg::KindLmem;
      operand_o.value = {5'b00000, bits_i[2:0]};
    end else if (!bits_i[3] && bits_i[2:1] != 2'b11 && !bits_i[0]) begin
      operand_o.kind = fpc_pkg::KindXferIndex;
      operand_o.post = bits_i[2:1];
    end
  end

endmodule
