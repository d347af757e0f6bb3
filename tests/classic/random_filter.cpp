// Draws instructions from the table and bends their constants until the rules hold.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/random_filter.h"

#include <linux/filter.h>

#include <algorithm>

#include "base/rng.h"

namespace classic_test {
namespace {

using classic::Insn;
using classic::InsnSpec;
using classic::Operand;
using classic::Program;

constexpr uint32_t kStoredWords = 3;  // by the first instructions, so that any path may load them
constexpr size_t kMinInsns = 2, kMaxInsns = 40;

class Generator {
 public:
  explicit Generator(uint64_t seed) : rng_(seed) {}

  Program generate() {
    const size_t body = kMinInsns + rng_.below(kMaxInsns - kMinInsns);
    size_ = kStoredWords + body + 1;
    for (uint32_t word = 0; word < kStoredWords; ++word)
      program_.push_back({static_cast<uint16_t>(one_in(2) ? BPF_ST : BPF_STX), 0, 0, word});
    while (program_.size() + 1 < size_) program_.push_back(any_insn());
    program_.push_back(any_return());
    return std::move(program_);
  }

 private:
  bool one_in(uint64_t n) { return rng_.below(n) == 0; }
  size_t rest() const { return size_ - program_.size() - 2; }  // insns between here and the last

  Insn any_return() {
    if (one_in(2)) return {BPF_RET | BPF_A, 0, 0, 0};
    constexpr uint32_t kValues[] = {0, 1, 60, 65535, UINT32_MAX};
    return {BPF_RET | BPF_K, 0, 0, kValues[rng_.below(std::size(kValues))]};
  }

  Insn any_insn() {
    if (one_in(12)) return any_return();
    if (one_in(3)) return packet_load();
    for (;;) {
      const InsnSpec& spec = classic::kInsnSpecs[rng_.below(std::size(classic::kInsnSpecs))];
      const Insn insn{spec.code, 0, 0, 0};
      if (!is_return(insn)) return with_constants(insn, spec);
    }
  }

  // Mostly bytes that a packet has, for a load beyond it ends the program.
  Insn packet_load() {
    constexpr uint16_t kLoads[] = {BPF_LD | BPF_ABS | BPF_W, BPF_LD | BPF_ABS | BPF_H,
                                   BPF_LD | BPF_ABS | BPF_B, BPF_LD | BPF_IND | BPF_W,
                                   BPF_LD | BPF_IND | BPF_H, BPF_LD | BPF_IND | BPF_B,
                                   BPF_LDX | BPF_MSH | BPF_B};
    return {kLoads[rng_.below(std::size(kLoads))], 0, 0, static_cast<uint32_t>(rng_.below(64))};
  }

  uint8_t any_distance() {
    return static_cast<uint8_t>(rng_.below(std::min<uint64_t>(rest() + 1, one_in(3) ? 40 : 5)));
  }

  uint32_t any_constant() {
    constexpr uint32_t kEdges[] = {0,      1,       2,          3,          6,          7,
                                   31,     32,      80,         255,        256,        0x800,
                                   0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, UINT32_MAX};
    return one_in(2) ? kEdges[rng_.below(std::size(kEdges))] : static_cast<uint32_t>(rng_.next());
  }

  uint32_t any_offset() {
    constexpr uint32_t kEdges[] = {0,     14,    1500,       1513,       32767,      32768,
                                   65531, 65534, 0x7fffffff, 0x80000000, 0xffe00000, 0xfff00004};
    return one_in(4) ? kEdges[rng_.below(std::size(kEdges))]
                     : static_cast<uint32_t>(rng_.below(128));
  }

  Insn with_constants(Insn insn, const InsnSpec& spec) {
    const auto operation = BPF_OP(insn.code);
    const bool arithmetic = BPF_CLASS(insn.code) == BPF_ALU && spec.operand == Operand::kDecimal;
    if (is_conditional_jump(insn)) {
      insn.jt = any_distance();
      insn.jf = any_distance();
    }
    switch (spec.operand) {
      case Operand::kTarget:
        insn.k = any_distance();
        break;
      case Operand::kScratch:
        insn.k = static_cast<uint32_t>(rng_.below(kStoredWords));
        break;
      case Operand::kPacket:
      case Operand::kIndexed:
      case Operand::kIpHeader:
        insn.k = any_offset();
        break;
      case Operand::kDecimal:
      case Operand::kHex:
        insn.k = any_constant();
        break;
      default:
        break;
    }
    if (arithmetic && (operation == BPF_LSH || operation == BPF_RSH)) insn.k &= 31;
    if (arithmetic && (operation == BPF_DIV || operation == BPF_MOD)) insn.k = std::max(insn.k, 1u);
    return insn;
  }

  base::Rng rng_;
  size_t size_ = 0;
  Program program_;
};

}  // namespace

Program random_filter(uint64_t seed) { return Generator(seed).generate(); }

}  // namespace classic_test
