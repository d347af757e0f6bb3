// Decodes a program into steps: immediates extended and jumps resolved before any run.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "offload-compiler/ebpf/alu.h"
#include "offload-compiler/ebpf/machine.h"

namespace ebpf {
namespace {

constexpr uint8_t kClassMask = 7, kClassJmp = 5, kClassJmp32 = 6;

class Decoder {
 public:
  explicit Decoder(const Program& program) : program_(program), steps_(program.insns.size() + 1) {
    for (Step& step : steps_) step.run = end_handler();
  }

  base::Result<std::vector<Step>> decode() {
    if (auto marked = mark_starts(); !marked) return marked.error();
    for (at_ = 0; at_ < program_.insns.size(); ++at_) {
      if (!starts_[at_]) continue;
      if (auto one = decode_one(program_.insns[at_], *find_spec(program_.insns[at_])); !one) {
        return one.error();
      }
    }
    return std::move(steps_);
  }

 private:
  base::Error bad(const std::string& message) const {
    return base::invalid_input(fmt::format("insn {}: {}", at_, message));
  }

  // Which slots begin an instruction; every slot belongs to a legal one.
  base::Result<void> mark_starts() {
    starts_.assign(program_.insns.size(), false);
    for (at_ = 0; at_ < program_.insns.size(); ++at_) {
      const InsnSpec* spec = find_spec(program_.insns[at_]);
      if (spec == nullptr) return bad(illegal_reason(program_.insns[at_]));
      starts_[at_] = true;
      if (!spec->is_wide()) continue;
      if (at_ + 1 == program_.insns.size()) return bad("the second slot of ld_imm64 is missing");
      const Insn& next = program_.insns[at_ + 1];
      if (next.opcode != 0 || next.dst != 0 || next.src != 0 || next.off != 0) {
        return bad("the second slot of ld_imm64 has fields beside imm");
      }
      ++at_;
    }
    return {};
  }

  base::Result<void> decode_one(const Insn& insn, const InsnSpec& spec) {
    Step& step = steps_[at_];
    step = {.run = handler_of(spec.op), .off = insn.off, .dst = insn.dst, .src = insn.src};
    step.imm = static_cast<uint64_t>(int64_t{insn.imm});
    if (spec.is_wide()) return decode_wide(insn, spec, step);
    switch (spec.op) {
      case Op::kCallHelper:
      case Op::kExit:
        return {};
      case Op::kCallKernel:
        return bad(
            fmt::format("kernel function {} is not known to the reference interpreter", insn.imm));
      case Op::kJumpLong:
      case Op::kCallLocal:
        return set_target(step, insn.imm);
      default:
        break;
    }
    const uint8_t cls = insn.opcode & kClassMask;
    return cls == kClassJmp || cls == kClassJmp32 ? set_target(step, insn.off)
                                                  : base::Result<void>();
  }

  base::Result<void> set_target(Step& step, int64_t distance) {
    const int64_t target = static_cast<int64_t>(at_) + 1 + distance;
    if (target < 0 || target >= static_cast<int64_t>(program_.insns.size())) {
      return bad(
          fmt::format("jump to insn {}, the program has 0..{}", target, program_.insns.size() - 1));
    }
    if (!starts_[static_cast<size_t>(target)]) {
      return bad(fmt::format("jump into the middle of ld_imm64 at insn {}", target - 1));
    }
    step.target = &steps_[static_cast<size_t>(target)];
    return {};
  }

  base::Result<void> decode_wide(const Insn& insn, const InsnSpec& spec, Step& step) {
    const auto low = static_cast<uint32_t>(insn.imm);
    const auto high = static_cast<uint32_t>(program_.insns[at_ + 1].imm);
    if (spec.op == Op::kLoadImm64) {
      step.imm = uint64_t{high} << 32 | low;
      return {};
    }
    if (spec.op != Op::kLoadMap && spec.op != Op::kLoadMapValue) {
      return bad(fmt::format("ld_imm64 with src {}, the reference interpreter knows 0, 1 and 2",
                             insn.src));
    }
    if (low >= program_.maps.size()) {
      return bad(fmt::format("map index {}, the program has {} maps", low, program_.maps.size()));
    }
    const bool is_value = spec.op == Op::kLoadMapValue;
    if (is_value && high >= program_.maps[low].value_bytes) {
      return bad(fmt::format("offset {} in the value of map {}, which has {} bytes", high,
                             program_.maps[low].name, program_.maps[low].value_bytes));
    }
    step.imm =
        is_value ? AddressSpace::map_value_address(low, 0) + high : AddressSpace::map_address(low);
    return {};
  }

  const Program& program_;
  size_t at_ = 0;
  std::vector<bool> starts_;
  std::vector<Step> steps_;
};

}  // namespace

base::Result<std::vector<Step>> decode_steps(const Program& program) {
  if (program.insns.empty()) return base::invalid_input("the program has no instructions");
  return Decoder(program).decode();
}

}  // namespace ebpf
