// Decodes a corrected word: its row, its operands, and whether it may execute at all.
// SPDX-License-Identifier: Apache-2.0
//
// A word is illegal when no row of isa.def takes it, the row has no semantics, an operand pattern
// is none, two sources need the same read port, or a register is not modelled.

module fpc_decode (
  input  logic [44:0]     word_i,
  input  logic            ecc_ok_i,
  input  logic            surplus_i,  // the stored word had bits that no word has
  output fpc_pkg::uop_t   uop_o
);
  `include "fpc_inject.svh"

  // Row
  fpc_isa_pkg::op_e op;
  logic             is_row;
  logic [4:0]       format;
  logic             reads_a;
  logic             reads_b;

  // Kinds of formats
  logic is_alu;      // wide operands, two sources
  logic is_shf;      // narrow operands, two sources
  logic is_ld;
  logic is_immed;
  logic is_split;    // one of the fields A and B is a constant
  logic is_mem;
  logic is_narrow;
  logic has_sources;
  logic has_dst;

  // Operands
  logic              swap;
  logic              src_ext;
  logic              imm8;
  logic [9:0]        dst_bits;
  fpc_pkg::operand_t wide_a;
  fpc_pkg::operand_t wide_b;
  fpc_pkg::operand_t wide_dst;
  fpc_pkg::operand_t narrow_a;
  fpc_pkg::operand_t narrow_b;
  fpc_pkg::operand_t narrow_dst;
  fpc_pkg::operand_t field_a;
  fpc_pkg::operand_t field_b;
  fpc_pkg::operand_t field_dst;
  fpc_pkg::operand_t src_a;
  fpc_pkg::operand_t src_b;
  logic              dst_is_none;
  logic [4:0]        csr;

  // Verdicts
  logic sources_ok;
  logic dst_ok;
  logic clash;
  logic form_ok;

  fpc_row_lookup u_row_lookup (
    .word_i  (word_i),
    .op_o    (op),
    .is_row_o(is_row)
  );

  assign format  = fpc_isa_pkg::InsnFormat[op*5 +: 5];
  assign reads_a = fpc_isa_pkg::InsnReadsA[op] ||
                   (op == fpc_isa_pkg::OpShfB && word_i[fpc_isa_pkg::ShfShiftControlLsb +: 2] == 2'd3);
  assign reads_b = fpc_isa_pkg::InsnReadsB[op];

  assign is_alu   = format == fpc_isa_pkg::FormatAlu || format == fpc_isa_pkg::FormatMulStep;
  assign is_shf   = format == fpc_isa_pkg::FormatShf || format == fpc_isa_pkg::FormatShfFixed;
  assign is_ld    = format == fpc_isa_pkg::FormatLdField;
  assign is_immed = format == fpc_isa_pkg::FormatImmed;
  assign is_mem   = format == fpc_isa_pkg::FormatMem;
  assign is_split = is_immed || format == fpc_isa_pkg::FormatBrBit ||
                    format == fpc_isa_pkg::FormatBrByte || format == fpc_isa_pkg::FormatJump ||
                    format == fpc_isa_pkg::FormatCsrWrite;
  assign is_narrow   = is_shf || is_ld || is_mem || format == fpc_isa_pkg::FormatBrBit ||
                       format == fpc_isa_pkg::FormatBrByte;
  assign has_sources = is_alu || is_shf || is_ld || is_split || is_mem;
  assign has_dst     = format == fpc_isa_pkg::FormatAlu || is_shf || is_ld || is_immed ||
                       format == fpc_isa_pkg::FormatMulLast;

  assign src_ext = word_i[fpc_isa_pkg::AluSrcLmExtLsb] && !is_mem;
  assign imm8    = word_i[fpc_isa_pkg::ShfImm8Lsb] &&
                   (is_shf || is_ld || format == fpc_isa_pkg::FormatBrByte);

  fpc_operand_wide u_wide_a (
    .bits_i   (word_i[fpc_isa_pkg::AluALsb +: 10]),
    .lm_ext_i (src_ext),
    .operand_o(wide_a)
  );
  fpc_operand_wide u_wide_b (
    .bits_i   (word_i[fpc_isa_pkg::AluBLsb +: 10]),
    .lm_ext_i (src_ext),
    .operand_o(wide_b)
  );
  fpc_operand_wide u_wide_dst (
    .bits_i   (dst_bits),
    .lm_ext_i (word_i[fpc_isa_pkg::AluDstLmExtLsb]),
    .operand_o(wide_dst)
  );
  fpc_operand_narrow u_narrow_a (
    .bits_i   (word_i[fpc_isa_pkg::ShfALsb +: 8]),
    .lm_ext_i (src_ext),
    .imm8_i   (imm8),
    .operand_o(narrow_a)
  );
  fpc_operand_narrow u_narrow_b (
    .bits_i   (word_i[fpc_isa_pkg::ShfBLsb +: 8]),
    .lm_ext_i (src_ext),
    .imm8_i   (imm8),
    .operand_o(narrow_b)
  );
  fpc_operand_narrow u_narrow_dst (
    .bits_i   (dst_bits[7:0]),
    .lm_ext_i (word_i[fpc_isa_pkg::AluDstLmExtLsb]),
    .imm8_i   (1'b0),
    .operand_o(narrow_dst)
  );

  assign field_a   = is_narrow ? narrow_a : wide_a;
  assign field_b   = is_narrow ? narrow_b : wide_b;
  assign field_dst = is_narrow ? narrow_dst : wide_dst;

  // Where the register stands if A or B is a constant: in A if B is the constant.
  always_comb begin
    if (is_split)            swap = field_b.kind != fpc_pkg::KindImm;
    else if (is_alu)         swap = word_i[fpc_isa_pkg::AluSwapLsb];
    else if (is_shf || is_ld) swap = word_i[fpc_isa_pkg::ShfSwapLsb];
    else                     swap = 1'b0;
  end

  always_comb begin
    case (format)
      fpc_isa_pkg::FormatAlu: dst_bits = word_i[fpc_isa_pkg::AluDstLsb +: 10];
      fpc_isa_pkg::FormatShf, fpc_isa_pkg::FormatShfFixed:
        dst_bits = {2'b00, word_i[fpc_isa_pkg::ShfDstLsb +: 8]};
      fpc_isa_pkg::FormatLdField:
        dst_bits = {2'b00, swap ? word_i[fpc_isa_pkg::LdFieldBLsb +: 8]
                                : word_i[fpc_isa_pkg::LdFieldALsb +: 8]};
      fpc_isa_pkg::FormatImmed:
        dst_bits = swap ? word_i[fpc_isa_pkg::ImmedBLsb +: 10] : word_i[fpc_isa_pkg::ImmedALsb +: 10];
      default: dst_bits = word_i[fpc_isa_pkg::MulLastDstLsb +: 10];
    endcase
  end
  assign dst_is_none = is_narrow ? dst_bits[7:0] == 8'h20 : dst_bits == 10'h300;

  // Merging words read the old value where the destination stands.
  always_comb begin
    src_a = field_a;
    src_b = field_b;
    if (is_ld || is_immed) begin
      if (swap) src_b = field_dst;
      else      src_a = field_dst;
      // Nothing is read without a destination, nor by an immed that replaces the whole register.
      if (dst_is_none || (is_immed && word_i[fpc_isa_pkg::ImmedImmWidthLsb +: 2] == '0)) begin
        if (swap) src_b = '0;
        else      src_a = '0;
      end
    end
    if (!has_sources) begin
      src_a = '0;
      src_b = '0;
    end
  end

  fpc_csr_decode u_csr_decode (
    .address_i({word_i[fpc_isa_pkg::CsrReadCsrLsb +: 11], 2'b00}),
    .csr_o    (csr)
  );

  fpc_decode_rules u_decode_rules (
    .word_i       (word_i),
    .format_i     (format),
    .is_two_i     (is_alu || is_shf),
    .is_split_i   (is_split),
    .is_mem_i     (is_mem),
    .reads_both_i (reads_a && reads_b),
    .swap_i       (swap),
    .field_a_i    (field_a),
    .field_b_i    (field_b),
    .src_a_i      (src_a),
    .src_b_i      (src_b),
    .csr_i        (csr),
    .clash_o      (clash),
    .form_ok_o    (form_ok)
  );

  assign sources_ok = src_a.kind != fpc_pkg::KindBad && src_b.kind != fpc_pkg::KindBad;
  assign dst_ok     = !has_dst || dst_is_none ||
                      (field_dst.kind != fpc_pkg::KindBad && field_dst.kind != fpc_pkg::KindImm);

  always_comb begin
    uop_o        = '0;
    uop_o.ecc_ok = ecc_ok_i;
    uop_o.legal  = is_row && fpc_isa_pkg::InsnModelled[op] && sources_ok && dst_ok && form_ok &&
                   !`FPC_FAULT(3, clash, 1'b0) && !`FPC_FAULT(4, surplus_i, 1'b0);
    uop_o.op     = op;
    uop_o.format = format;
    uop_o.swap   = swap;
    uop_o.a      = src_a;
    uop_o.b      = src_b;
    uop_o.dst    = field_dst;
    if (!has_dst || dst_is_none) begin
      uop_o.dst      = '0;
      uop_o.dst.kind = fpc_pkg::KindNone;
    end
    case (format)
      fpc_isa_pkg::FormatLdField, fpc_isa_pkg::FormatImmed: uop_o.dst_bank = swap;
      fpc_isa_pkg::FormatMulLast: uop_o.dst_bank = word_i[fpc_isa_pkg::MulLastDstBankLsb];
      default: uop_o.dst_bank = word_i[fpc_isa_pkg::AluDstBankLsb];
    endcase
    uop_o.csr  = csr;
    uop_o.word = word_i;
  end

endmodule
