// The text of an instruction up to its modifiers, one function per format.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/insn_text.h"

#include <fmt/format.h>

#include "fpc/modifiers.h"
#include "fpc/operand_text.h"

namespace fpc {
namespace {

std::string amount_text(unsigned amount) {
  return amount == 0 ? "indirect" : fmt::format("{}", amount);
}

// With the comma before it; `plain_double` where the word says that the shift is double.
std::string shift_text(const Insn& insn, bool plain_double = false) {
  const std::string amount = amount_text(insn.shift);
  switch (insn.shift_control) {
    case ShiftControl::kRotate:
      return insn.shift == 0 ? "" : ", >>rot" + amount;
    case ShiftControl::kRight:
      return ", >>" + amount;
    case ShiftControl::kLeft:
      return ", <<" + amount;
    case ShiftControl::kDouble:
      return (plain_double ? ", >>" : ", >>dbl") + amount;
  }
  return "";
}

std::string alu_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("alu[{}, {}, {}, {}]", to_text(insn.dst), to_text(insn.a), row.mnemonic,
                     to_text(insn.b));
}

std::string shf_text(const InsnSpec& row, const Insn& insn) {
  const std::string dst = to_text(insn.dst), a = to_text(insn.a), b = to_text(insn.b);
  if (row.op == Op::kShfB && insn.shift_control == ShiftControl::kDouble) {
    return fmt::format("dbl_shf[{}, {}, {}{}]", dst, a, b, shift_text(insn, true));
  }
  if (row.has(flag::kOwnWord)) {
    const std::string left = is_none(insn.a) ? "" : a + ", ";
    return fmt::format("{}[{}, {}{}{}]", row.mnemonic, dst, left, b, shift_text(insn));
  }
  return fmt::format("alu_shf[{}, {}, {}, {}{}]", dst, a, row.mnemonic, b, shift_text(insn));
}

std::string ld_field_text(const InsnSpec&, const Insn& insn) {
  return fmt::format("ld_field{}[{}, {:04b}, {}{}]", insn.clear ? "_w_clr" : "", to_text(insn.dst),
                     insn.byte_mask, to_text(insn.b), shift_text(insn));
}

std::string immed_text(const InsnSpec&, const Insn& insn) {
  if (insn == nop()) return "nop";
  const uint32_t constant = insn.imm_invert ? ~uint32_t{insn.immediate} : insn.immediate;
  const std::string operands = fmt::format("[{}, {:#x}", to_text(insn.dst), constant);
  switch (insn.imm_width) {
    case ImmWidth::kByte:
      return fmt::format("immed_b{}{}]", insn.imm_shift, operands);
    case ImmWidth::kHalf:
      return fmt::format("immed_w{}{}]", insn.imm_shift / 2, operands);
    case ImmWidth::kAll:
      break;
  }
  if (insn.imm_shift == 0) return fmt::format("immed{}]", operands);
  return fmt::format("immed{}, <<{}]", operands, insn.imm_shift * 8);
}

std::string branch_text(const InsnSpec& row, const Insn& insn) {
  if (!row.has(flag::kReadsState)) return fmt::format("{}[.{}]", row.mnemonic, insn.target);
  return fmt::format("{}[{}, .{}]", row.mnemonic, insn.state, insn.target);
}

std::string br_bit_text(const InsnSpec&, const Insn& insn) {
  return fmt::format("{}[{}, {}, .{}]", insn.sense ? "br_bset" : "br_bclr", to_text(insn.a),
                     insn.bit, insn.target);
}

std::string br_byte_text(const InsnSpec&, const Insn& insn) {
  return fmt::format("{}[{}, {}, {}, .{}]", insn.sense ? "br=byte" : "br!=byte", to_text(insn.a),
                     insn.byte, to_text(insn.b), insn.target);
}

std::string jump_text(const InsnSpec&, const Insn& insn) {
  if (insn.immediate == 0) return fmt::format("rtn[{}]", to_text(insn.a));
  return fmt::format("jump[{}, {:#x}]", to_text(insn.a), insn.immediate);
}

std::string ctx_arb_text(const InsnSpec&, const Insn& insn) {
  std::string events;
  const auto add = [&](std::string_view word) {
    events += events.empty() ? "" : ", ";
    events += word;
  };
  if (insn.event_mask & 1) add("voluntary");
  for (unsigned signal = 1; signal < 16; ++signal) {
    if (insn.event_mask >> signal & 1) add(fmt::format("sig{}", signal));
  }
  if (insn.arb_flags & kArbAny) add("any");
  if (insn.arb_flags & kArbBreakpoint) add("bpt");
  if (!(insn.arb_flags & kArbNotKill)) add("kill");
  std::string text = fmt::format("ctx_arb[{}]", events.empty() ? "--" : events);
  if (insn.arb_flags & kArbBranch) {
    text += fmt::format(", br[.{}]", insn.target);
  } else if (insn.target != 0) {
    text += fmt::format(", target[.{}]", insn.target);
  }
  return text;
}

std::string mul_step_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("mul_step[{}, {}], {}", to_text(insn.a), to_text(insn.b), row.mnemonic);
}

std::string mul_last_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("mul_step[{}, --], {}", is_none(insn.dst) ? "0x0" : to_text(insn.dst),
                     row.mnemonic);
}

std::string csr_text(uint16_t address) {
  for (const CsrSpec& csr : kCsrs) {
    if (csr.address == address) return std::string(csr.text);
  }
  return fmt::format("{:#x}", address);
}

std::string csr_read_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("{}[{}]", row.mnemonic, csr_text(insn.csr));
}

std::string csr_write_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("{}[{}, {}]", row.mnemonic, csr_text(insn.csr), to_text(insn.a));
}

std::string address_text(const Insn& insn) {
  const std::string a = to_text(insn.a), b = to_text(insn.b);
  switch (insn.address_mode) {
    case AddressMode::kAShift8PlusB:
      return fmt::format("{}, <<8, {}", a, b);
    case AddressMode::kBShift8PlusA:
      return fmt::format("{}, <<8, {}", b, a);
    default:
      return fmt::format("{}, {}", a, b);
  }
}

std::string command_text(std::string_view word, std::string_view operation, const Insn& insn) {
  return fmt::format("{}[{}, $xfer_{}, {}, {}]", word, operation, insn.xfer, address_text(insn),
                     insn.count + 1);
}

std::string mem_text(const InsnSpec& row, const Insn& insn) {
  const bool wide = row.has(flag::kWide64) && (insn.count & kCount64) != 0;
  return command_text("mem", wide ? wide_mnemonic(row) : std::string(row.mnemonic), insn);
}

std::string mem_token_text(const InsnSpec& row, const Insn& insn) {
  return command_text("mem", fmt::format("{}.{}", row.mnemonic, insn.token), insn);
}

std::string target_text(const InsnSpec& row, const Insn& insn) {
  return command_text(row.mnemonic, fmt::format("{}.{}", insn.action, insn.token), insn);
}

std::string raw_text(const InsnSpec& row, const Insn& insn) {
  return fmt::format("{}[{:#x}]", row.mnemonic, insn.reserved);
}

}  // namespace

std::string insn_text(const Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  switch (row.format) {
    case Format::kAlu:
      return alu_text(row, insn);
    case Format::kShf:
    case Format::kShfFixed:
      return shf_text(row, insn);
    case Format::kLdField:
      return ld_field_text(row, insn);
    case Format::kImmed:
      return immed_text(row, insn);
    case Format::kBranch:
      return branch_text(row, insn);
    case Format::kBrBit:
      return br_bit_text(row, insn);
    case Format::kBrByte:
      return br_byte_text(row, insn);
    case Format::kJump:
      return jump_text(row, insn);
    case Format::kCtxArb:
      return ctx_arb_text(row, insn);
    case Format::kMulStep:
      return mul_step_text(row, insn);
    case Format::kMulLast:
      return mul_last_text(row, insn);
    case Format::kCsrRead:
      return csr_read_text(row, insn);
    case Format::kCsrWrite:
      return csr_write_text(row, insn);
    case Format::kMem:
      return mem_text(row, insn);
    case Format::kMemToken:
      return mem_token_text(row, insn);
    case Format::kTarget5:
    case Format::kTarget4:
    case Format::kTarget2:
      return target_text(row, insn);
    case Format::kRaw:
      return raw_text(row, insn);
  }
  return "";
}

}  // namespace fpc
