// Checks a classic program instruction by instruction, in one pass: control only flows forward.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/check.h"

#include <fmt/format.h>
#include <linux/filter.h>

namespace classic {
namespace {

using base::Result;

constexpr uint32_t kAllStored = (1u << kScratchWords) - 1;

base::Error bad(size_t insn, std::string message) {
  return base::invalid_input(fmt::format("insn {}: {}", insn, message));
}

Result<void> check_target(const Program& program, size_t insn, uint32_t distance) {
  const uint64_t target = insn + 1 + uint64_t{distance};
  if (target < program.size()) return {};
  if (const auto back = static_cast<uint32_t>(target); back <= insn)
    return bad(insn, fmt::format("jump back to insn {}, jumps only go forward", back));
  return bad(insn, fmt::format("jump to insn {}, the program ends with insn {}", target,
                               program.size() - 1));
}

Result<void> check_jump(const Program& program, size_t insn) {
  const Insn& jump = program[insn];
  if (!is_conditional_jump(jump)) return check_target(program, insn, jump.k);
  if (auto checked = check_target(program, insn, jump.jt); !checked) return checked;
  return check_target(program, insn, jump.jf);
}

Result<void> check_arithmetic(size_t index, const Insn& insn) {
  if (BPF_SRC(insn.code) == BPF_X) return {};
  const auto op = BPF_OP(insn.code);
  if ((op == BPF_DIV || op == BPF_MOD) && insn.k == 0)
    return bad(index, "division by the constant 0");
  if ((op == BPF_LSH || op == BPF_RSH) && insn.k >= 32)
    return bad(index, fmt::format("shift by {}, allowed are 0 to 31", insn.k));
  return {};
}

std::string readable_ancillaries() {
  std::string list;
  for (const Ancillary& row : kAncillaries) {
    if (row.reading == Reading::kNone) continue;
    list += (list.empty() ? "" : ", ") + std::string(row.name);
  }
  return list;
}

Result<void> check_ancillary(size_t index, const Insn& insn) {
  if (!is_absolute_load(insn) || insn.k < kAncillaryBase) return {};
  const Ancillary* row = find_ancillary(insn.k);
  if (row == nullptr) {
    return bad(index,
               fmt::format("load at {}, which is no ancillary load (SKF_AD_OFF is {}); allowed "
                           "are offsets 0 to {} from there, in steps of 4",
                           static_cast<int32_t>(insn.k), SKF_AD_OFF, SKF_AD_VLAN_TPID));
  }
  if (row->reading != Reading::kNone) return {};
  return bad(index, fmt::format("ancillary load SKF_AD_{}: {}; allowed are {}", row->name,
                                row->reason, readable_ancillaries()));
}

bool uses_scratch(const Insn& insn) { return find_spec(insn.code)->operand == Operand::kScratch; }

Result<void> check_insn(const Program& program, size_t index) {
  const Insn& insn = program[index];
  if (find_spec(insn.code) == nullptr)
    return bad(index, fmt::format("unknown opcode {:#04x}", insn.code));
  if (uses_scratch(insn) && insn.k >= kScratchWords)
    return bad(index, fmt::format("scratch word M[{}], allowed are M[0] to M[{}]", insn.k,
                                  kScratchWords - 1));
  if (BPF_CLASS(insn.code) == BPF_JMP) return check_jump(program, index);
  if (BPF_CLASS(insn.code) == BPF_ALU) return check_arithmetic(index, insn);
  return check_ancillary(index, insn);
}

// A scratch word counts as stored where every path from the start has stored it.
Result<void> check_scratch(const Program& program) {
  std::vector<uint32_t> stored_at(program.size(), kAllStored);
  uint32_t stored = 0;
  for (size_t i = 0; i < program.size(); ++i) {
    const Insn& insn = program[i];
    stored &= stored_at[i];
    if (uses_scratch(insn)) {
      const uint32_t word = 1u << insn.k;
      const bool stores = BPF_CLASS(insn.code) == BPF_ST || BPF_CLASS(insn.code) == BPF_STX;
      if (!stores && (stored & word) == 0)
        return bad(i, fmt::format("M[{}] is loaded, but not stored on every path to here", insn.k));
      stored |= word;
    } else if (BPF_CLASS(insn.code) == BPF_JMP) {
      const bool conditional = is_conditional_jump(insn);
      stored_at[i + 1 + (conditional ? insn.jt : insn.k)] &= stored;
      if (conditional) stored_at[i + 1 + insn.jf] &= stored;
      stored = kAllStored;
    }
  }
  return {};
}

}  // namespace

Result<void> check(const Program& program) {
  if (program.empty() || program.size() > kMaxInsns) {
    return base::out_of_range(
        fmt::format("{} instructions, allowed are 1 to {}", program.size(), kMaxInsns));
  }
  for (size_t i = 0; i < program.size(); ++i) {
    if (auto checked = check_insn(program, i); !checked) return checked;
  }
  if (!is_return(program.back())) {
    return bad(program.size() - 1, fmt::format("the last instruction is {}, needed is ret",
                                               find_spec(program.back().code)->mnemonic));
  }
  return check_scratch(program);
}

}  // namespace classic
