// Decodes an unrestricted operand of 10 bits.
// SPDX-License-Identifier: Apache-2.0
//
//   GPR           00 000n nnnn     local memory  10 00i0 oooo
//   absolute GPR  00 1nnn nnnn       with ++, -- 10 00i1 000d
//   *$index       01 0000 0pp0     constant      11 cccc cccc
//   transfer      01 1h0n nnnn
//
// Next-neighbour registers (10 01.., 10 1...) are not modelled: KindBad, as all other patterns.

module fpc_operand_wide (
  input  logic [9:0]        bits_i,
  input  logic              lm_ext_i,
  output fpc_pkg::operand_t operand_o
);

  always_comb begin
    operand_o          = '0;
    operand_o.kind     = fpc_pkg::KindBad;
    operand_o.lm_index = {lm_ext_i, bits_i[5]};
    case (bits_i[9:8])
      2'b00: begin
        if (bits_i[7:5] == '0) operand_o.kind = fpc_pkg::KindGpr;
        if (bits_i[7]) operand_o.kind = fpc_pkg::KindGprAbs;
        operand_o.value = {1'b0, bits_i[6:0]};
      end
      2'b01: begin
        if (bits_i[7]) begin
          if (!bits_i[5]) operand_o.kind = fpc_pkg::KindXfer;
          operand_o.value = {2'b00, bits_i[6], bits_i[4:0]};
        end else begin
          if (bits_i[6:3] == '0 && bits_i[2:1] != 2'b11 && !bits_i[0]) begin
            operand_o.kind = fpc_pkg::KindXferIndex;
          end
          operand_o.post = bits_i[2:1];
        end
      end
      2'b10: begin
        if (bits_i[7:6] == '0) begin
          if (!bits_i[4]) begin
            operand_o.kind  = fpc_pkg::KindLmem;
            operand_o.value = {4'b0000, bits_i[3:0]};
          end else begin
            if (bits_i[3:1] == '0) operand_o.kind = fpc_pkg::KindLmem;
            operand_o.post = bits_i[0] ? fpc_pkg::PostDecrement : fpc_pkg::PostIncrement;
          end
        end
      end
      default: begin
        operand_o.kind  = fpc_pkg::KindImm;
        operand_o.value = bits_i[7:0];
      end
    endcase
  end

endmodule
