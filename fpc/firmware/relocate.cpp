// Relocation of a program's words: what the driver does before it hands them to a card.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/ecc.h"
#include "fpc/firmware/link.h"
#include "fpc/isa.h"

namespace firmware {
namespace {

constexpr unsigned kMaxImmediate = 0xffff;

struct Context {
  const Image& image;
  unsigned start, done;
  const std::map<unsigned, unsigned>& helpers;
  const TablePages& tables;
};

bool is_branch(const fpc::Insn& insn) { return fpc::spec(insn.op).has(fpc::flag::kBranch); }

base::Result<unsigned> helper_address(const Context& context, unsigned target) {
  const unsigned helper = target - kRelocatedAddress;
  const auto found = context.helpers.find(helper);
  if (target < kRelocatedAddress || found == context.helpers.end()) {
    return base::unsupported(
        fmt::format("relocation of unknown helper {}", static_cast<int>(helper)));
  }
  return found->second;
}

base::Result<unsigned> new_target(const Context& context, Relocation type, unsigned target) {
  const Image& image = context.image;
  switch (type) {
    case Relocation::kBranch:
      return target + context.start;
    case Relocation::kGoOut:
      return image.target_out + context.start;
    case Relocation::kGoAbort:
      return image.target_abort + context.start;
    case Relocation::kCallPush:
    case Relocation::kCallPop: {
      const unsigned routine = type == Relocation::kCallPush ? image.target_push : image.target_pop;
      if (routine == 0) {
        return base::invalid_input("BUG: failed to detect subprogram registers needs");
      }
      return routine + context.start;
    }
    case Relocation::kNextPacket:
      return context.done;
    case Relocation::kHelper:
      return helper_address(context, target);
    case Relocation::kNone:
    case Relocation::kImmediate:
    case Relocation::kTablePageLow:
    case Relocation::kTablePageHigh:
      break;
  }
  return base::invalid_input("not a branch relocation");
}

base::Result<void> relocate_immediate(const Context& context, fpc::Insn& insn) {
  if (insn.op != fpc::Op::kImmed || insn.imm_width != fpc::ImmWidth::kAll || insn.imm_shift != 0 ||
      insn.imm_invert) {
    return base::invalid_input("relocation of an immediate in a word that is no plain immed");
  }
  const unsigned value = insn.immediate + context.start;
  if (value > kMaxImmediate) {
    return base::out_of_range(
        fmt::format("relocated immediate {}, allowed are up to {}", value, kMaxImmediate));
  }
  insn.immediate = static_cast<uint16_t>(value);
  return {};
}

// A page takes two words, the second of which loads the upper half.
base::Result<void> relocate_table_page(const Context& context, Relocation type, fpc::Insn& insn) {
  const bool is_low = type == Relocation::kTablePageLow;
  const auto width = is_low ? fpc::ImmWidth::kAll : fpc::ImmWidth::kHalf;
  const unsigned shift = is_low ? 0 : 2;
  if (insn.op != fpc::Op::kImmed || insn.imm_width != width || insn.imm_shift != shift ||
      insn.imm_invert) {
    return base::invalid_input(
        fmt::format("relocation of a table's page in a word that is no immed of the {} half",
                    is_low ? "lower" : "upper"));
  }
  const auto table = context.tables.find(insn.immediate);
  if (table == context.tables.end()) {
    return base::invalid_input(
        fmt::format("relocation of the page of table {}, which does not exist", insn.immediate));
  }
  insn.immediate = static_cast<uint16_t>(is_low ? table->second : table->second >> 16);
  return {};
}

base::Result<void> relocate_branch(const Context& context, Relocation type, fpc::Insn& insn) {
  if (!is_branch(insn)) return base::invalid_input("relocation of a branch in a word that is none");
  const base::Result<unsigned> target = new_target(context, type, insn.target);
  if (!target) return target.error();
  if (*target > fpc::kMaxAddress) {
    return base::out_of_range(
        fmt::format("relocated branch target {}, allowed are up to {}", *target, fpc::kMaxAddress));
  }
  insn.target = static_cast<uint16_t>(*target);
  return {};
}

base::Result<void> relocate_insn(const Context& context, Relocation type, fpc::Insn& insn) {
  switch (type) {
    case Relocation::kImmediate:
      return relocate_immediate(context, insn);
    case Relocation::kTablePageLow:
    case Relocation::kTablePageHigh:
      return relocate_table_page(context, type, insn);
    default:
      return relocate_branch(context, type, insn);
  }
}

base::Result<fpc::Word> relocate_word(const Context& context, fpc::Word word) {
  const auto type = static_cast<Relocation>(word >> kRelocationShift);
  if (type == Relocation::kNone) return fpc::with_ecc(word);
  if (type > kLastRelocation) {
    return base::invalid_input(fmt::format("relocation type {}, allowed are 0 to {}",
                                           word >> kRelocationShift,
                                           static_cast<unsigned>(kLastRelocation)));
  }
  base::Result<fpc::Insn> insn = fpc::decode(word);
  if (!insn) return insn.error();
  const base::Result<void> relocated = relocate_insn(context, type, *insn);
  if (!relocated) return relocated.error();
  const base::Result<fpc::Word> encoded = fpc::encode(*insn);
  if (!encoded) return encoded.error();
  return fpc::with_ecc(*encoded);
}

}  // namespace

base::Result<std::vector<fpc::Word>> relocate(const Image& image, unsigned start, unsigned done,
                                              const std::map<unsigned, unsigned>& helpers,
                                              const TablePages& tables) {
  const Context context{image, start, done, helpers, tables};
  std::vector<fpc::Word> words;
  words.reserve(image.words.size());
  for (size_t i = 0; i < image.words.size(); ++i) {
    base::Result<fpc::Word> word = relocate_word(context, image.words[i]);
    if (!word) {
      base::Error error = word.error();
      error.where = fmt::format("word {}", i);
      return error;
    }
    words.push_back(*word);
  }
  return words;
}

}  // namespace firmware
