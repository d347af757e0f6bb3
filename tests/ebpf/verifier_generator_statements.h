// The state and the statements of the program generator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/verifier_generator.h"

namespace ebpf_test {

enum class Kind { kNone, kScalar, kSmall, kPacket, kPacketVar, kEnd, kContext, kStackPtr, kValue };

inline constexpr int32_t kConstants[] = {
    0,   1,   -1,     2,      7,       8,          14,         15,        31,
    32,  33,  63,     64,     127,     128,        255,        256,       -8,
    -64, 512, 0x7fff, 0xffff, 0x10000, 0x7ffffffe, 0x7fffffff, INT32_MIN, INT32_MIN + 1};
inline constexpr uint8_t kAluOps[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR,  BPF_AND,
                                      BPF_LSH, BPF_RSH, BPF_MOD, BPF_XOR, BPF_MOV, BPF_ARSH};
inline constexpr uint8_t kJumpOps[] = {BPF_JEQ,  BPF_JGT, BPF_JGE, BPF_JSET, BPF_JNE, BPF_JSGT,
                                       BPF_JSGE, BPF_JLT, BPF_JLE, BPF_JSLT, BPF_JSLE};
inline constexpr uint8_t kSizes[] = {BPF_B, BPF_H, BPF_W, BPF_DW};
inline constexpr int32_t kAtomics[] = {
    BPF_ADD, BPF_ADD | BPF_FETCH, BPF_AND,  BPF_AND | BPF_FETCH, BPF_XOR,
    BPF_OR,  BPF_XOR | BPF_FETCH, BPF_XCHG, BPF_OR | BPF_FETCH};
inline constexpr int32_t kMasks[] = {1, 3, 7, 15, 31, 63, 0xff, 0x3c, 0x38};

class Generator {
 public:
  Generator(uint64_t seed, const GeneratorOptions& options) : rng_(seed), options_(options) {}

  ebpf::Program run();

 private:
  // --- choices
  uint64_t below(uint64_t bound) { return rng_.below(bound); }
  bool percent(uint64_t chance) { return below(100) < chance; }
  bool mistake() { return percent(options_.mistake_percent); }
  template <typename T, size_t N>
  T pick(const T (&list)[N]) {
    return list[below(N)];
  }
  static unsigned bytes_of(uint8_t size) {
    return size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8;
  }
  uint8_t any_register() { return static_cast<uint8_t>(below(10)); }
  // A register that probably holds a scalar.
  uint8_t scalar();
  // A register that may be overwritten: r6..r8 keep context and packet bounds.
  uint8_t target() { return percent(70) ? static_cast<uint8_t>(below(6)) : uint8_t{9}; }

  // --- code
  void emit(const Insn& insn) { code_.push_back(insn); }
  void emit(const Code& insns) { code_ = code_ + insns; }
  void alu64(uint8_t operation, uint8_t dst, int32_t imm);
  void alu64_reg(uint8_t operation, uint8_t dst, uint8_t src);
  // A forward jump that is not yet bound; returns its place.
  size_t jump(uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm);
  void bind(size_t place) { code_[place].off = static_cast<int16_t>(code_.size() - place - 1); }
  void bind_to_end(size_t place) { to_end_.push_back(place); }

  void forget_volatile();
  void prologue();
  void load_packet();
  void random_scalar();
  void statement(unsigned depth);
  void packet_statement(uint64_t choice);
  void arithmetic();

  // A scalar becomes small, by a mask or by a comparison.
  void narrow();
  uint8_t small_scalar();
  void branch(unsigned depth);

  // What both paths agree on.
  void meet(const std::array<Kind, 11>& other);
  void packet_check();

  // Leaves when `reg` lies beyond the end; sometimes in another of the eight forms, or wrong.
  void compare_with_end(uint8_t reg);
  void access(uint8_t base, int32_t limit);
  void packet_access();
  void variable_packet();
  int16_t stack_offset(unsigned bytes);
  void stack_store();
  void stack_load();
  void variable_stack();
  void map_lookup(unsigned depth);
  void use_value(int32_t bytes);
  void map_update();
  void loop(unsigned depth);

  // Arithmetic that leaves the loop's registers alone.
  void body(uint8_t counter, uint8_t limit, bool variable, unsigned depth);
  void move_packet();
  void finish();

  // --- what program types differ in (verifier_generator_context.cpp)
  bool has_packet() const { return type_ != ebpf::ProgType::kSocketFilter; }
  bool is_skb() const { return type_ != ebpf::ProgType::kXdp; }
  void context_access();
  void load_absolute();
  void metadata();

  // --- rarer instructions (verifier_generator_rare.cpp)
  void rare();
  void sign_extension();
  void atomic_on_stack();
  void compare_pointers();
  void spill_unchecked();

  // --- local calls (verifier_generator_calls.cpp)
  void call_subprogram();
  Code read_both();
  Code read_value();
  Code change_stack();
  Code forward_context();
  void place_subprograms();

  base::Rng rng_;
  GeneratorOptions options_;
  ebpf::ProgType type_ = ebpf::ProgType::kXdp;
  Code code_;
  std::array<Kind, 11> kinds_{};
  std::vector<size_t> to_end_;  // jumps to the epilogue
  int32_t readable_ = 0;        // bytes checked behind r7
  int16_t spilled_at_ = 0;
  Kind spilled_kind_ = Kind::kNone;
  struct LocalCall {
    size_t place;
    unsigned subprogram;
  };
  std::vector<LocalCall> calls_;
};

}  // namespace ebpf_test
