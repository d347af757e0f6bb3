// What a word must obey beyond its bit patterns: read ports, constants, forms that exist.
// SPDX-License-Identifier: Apache-2.0

module fpc_decode_rules (
  input  logic [44:0]       word_i,
  input  logic [4:0]        format_i,
  input  logic              is_two_i,      // two sources, either of which the row may ignore
  input  logic              is_split_i,    // one of the fields A and B is a constant
  input  logic              is_mem_i,
  input  logic              reads_both_i,
  input  logic              swap_i,
  input  fpc_pkg::operand_t field_a_i,     // as the fields have them
  input  fpc_pkg::operand_t field_b_i,
  input  fpc_pkg::operand_t src_a_i,       // as they are read
  input  fpc_pkg::operand_t src_b_i,
  input  logic [4:0]        csr_i,
  output logic              clash_o,
  output logic              form_ok_o
);

  logic a_is_constant;
  logic b_is_constant;
  logic a_is_xfer;
  logic b_is_xfer;
  logic ports_clash;
  logic constants_clash;

  // One of A and B
  logic              split_ok;
  fpc_pkg::operand_t register;
  logic [7:0]        constant;
  logic              csr_ok;
  logic              writes_csr;

  assign a_is_constant = field_a_i.kind == fpc_pkg::KindImm;
  assign b_is_constant = field_b_i.kind == fpc_pkg::KindImm;

  assign a_is_xfer = src_a_i.kind == fpc_pkg::KindXfer || src_a_i.kind == fpc_pkg::KindXferIndex;
  assign b_is_xfer = src_b_i.kind == fpc_pkg::KindXfer || src_b_i.kind == fpc_pkg::KindXferIndex;
  assign ports_clash = (a_is_xfer && b_is_xfer) ||
                       (src_a_i.kind == fpc_pkg::KindLmem && src_b_i.kind == fpc_pkg::KindLmem);
  // A constant in the place of a source that the row ignores is the vendor's way to write "--".
  assign constants_clash = a_is_constant && b_is_constant &&
                           (is_mem_i || (is_two_i && reads_both_i));
  assign clash_o = ports_clash || constants_clash;

  assign register   = swap_i ? field_b_i : field_a_i;
  assign constant   = swap_i ? field_a_i.value : field_b_i.value;
  assign writes_csr = format_i == fpc_isa_pkg::FormatCsrWrite;

  always_comb begin
    split_ok = a_is_constant || b_is_constant;
    if (writes_csr) begin
      // The same constant twice is the value; else a register stands beside a constant 0.
      if (a_is_constant && b_is_constant) begin
        split_ok = field_a_i.value == field_b_i.value;
      end else if (constant != '0) begin
        split_ok = 1'b0;
      end
    end else if (format_i != fpc_isa_pkg::FormatImmed && register.kind == fpc_pkg::KindImm) begin
      split_ok = 1'b0;
    end
  end

  assign csr_ok = writes_csr ? csr_i < fpc_pkg::CsrActCtxStatus : csr_i != fpc_pkg::CsrUnknown;

  always_comb begin
    form_ok_o = is_mem_i || !word_i[fpc_isa_pkg::AluPredicateCcLsb];
    if (is_split_i && !split_ok) form_ok_o = 1'b0;
    case (format_i)
      fpc_isa_pkg::FormatImmed: begin
        case (word_i[fpc_isa_pkg::ImmedImmWidthLsb +: 2])
          2'd0: if (word_i[fpc_isa_pkg::ImmedImmShiftLsb +: 2] == 2'd3) form_ok_o = 1'b0;
          2'd1: ;
          2'd2: if (word_i[fpc_isa_pkg::ImmedImmShiftLsb]) form_ok_o = 1'b0;
          default: form_ok_o = 1'b0;
        endcase
      end
      fpc_isa_pkg::FormatBrBit:
        if (constant == '0 || constant > 8'd32) form_ok_o = 1'b0;
      fpc_isa_pkg::FormatCsrRead, fpc_isa_pkg::FormatCsrWrite:
        if (!csr_ok) form_ok_o = 1'b0;
      fpc_isa_pkg::FormatMem:
        if (field_b_i.kind != fpc_pkg::KindGpr && !b_is_constant) form_ok_o = 1'b0;
      default: ;
    endcase
  end

endmodule
