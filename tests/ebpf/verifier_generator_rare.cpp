// The statements of the program generator that real programs have less often.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_generator_statements.h"

namespace ebpf_test {

void Generator::rare() {
  switch (below(4)) {
    case 0:
      return sign_extension();
    case 1:
      return atomic_on_stack();
    case 2:
      return compare_pointers();
    default:
      return spill_unchecked();
  }
}

// Instructions of version 4: their offset field tells them from the older ones.
void Generator::sign_extension() {
  const uint8_t dst = scalar();
  constexpr int16_t kFrom[] = {8, 16, 32};
  constexpr int32_t kBits[] = {16, 32, 64};
  const bool wide = percent(50);
  const uint8_t cls = wide ? BPF_ALU64 : BPF_ALU;
  switch (below(4)) {
    case 0:
      emit(op(static_cast<uint8_t>(cls | BPF_MOV | BPF_X), dst, scalar(),
              wide ? pick(kFrom) : int16_t{8}, 0));
      break;
    case 1:
      emit(op(static_cast<uint8_t>(cls | (percent(50) ? BPF_DIV : BPF_MOD) | BPF_K), dst, 0, 1,
              static_cast<int32_t>(below(9)) + 1));
      break;
    case 2:
      emit(op(static_cast<uint8_t>(cls | BPF_END), dst, 0, 0, pick(kBits)));
      break;
    default:
      emit(store64_imm(10, -16, pick(kConstants)));
      emit(op(static_cast<uint8_t>(BPF_LDX | 0x80 | (percent(50) ? BPF_B : BPF_W)), dst, 10, -16,
              0));
      break;
  }
  kinds_[dst] = Kind::kScalar;
}

void Generator::atomic_on_stack() {
  const uint8_t size = percent(50) ? BPF_W : BPF_DW;
  const int16_t off = stack_offset(8);
  if (!mistake()) emit(store64_imm(10, off, pick(kConstants)));
  spilled_at_ = 0;
  const uint8_t src = scalar();
  if (percent(30)) emit(mov(0, pick(kConstants)));
  const bool exchange = kinds_[0] == Kind::kScalar && percent(20);
  emit(op(static_cast<uint8_t>(BPF_STX | BPF_ATOMIC | size), 10, src, off,
          exchange ? int32_t{BPF_CMPXCHG} : pick(kAtomics)));
}

void Generator::compare_pointers() {
  constexpr uint8_t kBoth[] = {BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JLE};
  const uint8_t a = mistake() ? any_register() : uint8_t{10};
  const uint8_t b = mistake() ? any_register() : uint8_t{6};
  const size_t over = jump(static_cast<uint8_t>(BPF_JMP | pick(kBoth) | BPF_X), a, b, 0);
  const auto before = kinds_;
  arithmetic();
  bind(over);
  meet(before);
}

// The check of a spilled pointer holds for its copies.
void Generator::spill_unchecked() {
  emit(op(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, static_cast<int32_t>(below(6))));
  emit(mov_reg(2, 10));
  emit(add(2, -4));
  emit(load_map(1, 1));
  emit(call(BPF_FUNC_map_lookup_elem));
  forget_volatile();
  emit(store64(10, -72, 0));
  const size_t skip = jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0);
  const uint8_t base = percent(50) ? uint8_t{4} : uint8_t{0};
  if (base == 4 || mistake()) emit(load64(base, 10, -72));
  const auto before = kinds_;
  access(base, 16);
  bind(skip);
  meet(before);
  kinds_[0] = kinds_[4] = Kind::kNone;
}

}  // namespace ebpf_test
