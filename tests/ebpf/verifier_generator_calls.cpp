// The subprograms of the program generator, and the statements that call them.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "tests/ebpf/verifier_generator_statements.h"

namespace ebpf_test {

// r1 is the context, r2 points to eight bytes of this frame, r3 is a number.
void Generator::call_subprogram() {
  emit(store64_imm(10, -8, 5));
  emit(mov_reg(3, scalar()));
  emit(mov_reg(1, 6));
  emit(mov_reg(2, 10));
  emit(add(2, mistake() ? -600 : -8));
  spilled_at_ = 0;
  calls_.push_back({code_.size(), static_cast<unsigned>(below(4))});
  emit(call_local(0));
  forget_volatile();
  kinds_[0] = Kind::kScalar;
}

// The caller's stack and a byte of the packet.
Code Generator::read_both() {
  const Code stack = {load64(0, 2, static_cast<int16_t>(mistake() ? -8 : 0))};
  if (!has_packet()) return stack + exit_insn();
  const auto bytes = static_cast<int16_t>(below(24));
  const int32_t checked = bytes + (mistake() ? 0 : 1);
  return stack + Code{load32(3, 1, is_skb() ? offsetof(__sk_buff, data) : 0),
                      load32(4, 1, is_skb() ? offsetof(__sk_buff, data_end) : 4),
                      mov_reg(5, 3),
                      add(5, checked),
                      jump_gt(5, 4, 1),
                      op(BPF_LDX | BPF_MEM | BPF_B, 0, 3, bytes, 0),
                      exit_insn()};
}

// A map's value, found by a number that the caller's stack holds.
Code Generator::read_value() {
  const Code found = {load32(0, 0, static_cast<int16_t>(mistake() ? 14 : 12))};
  return Code{op(BPF_LDX | BPF_MEM | BPF_W, 3, 2, 0, 0),
              op(BPF_STX | BPF_MEM | BPF_W, 10, 3, -4, 0), mov_reg(2, 10), add(2, -4)} +
         load_map(1, 1) + call(BPF_FUNC_map_lookup_elem) +
         jump_eq(0, 0, static_cast<int16_t>(mistake() ? 0 : 1)) + found + exit_insn();
}

Code Generator::change_stack() {
  Code code = {mov_reg(0, 3), op(BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, mistake() ? 15 : 7),
               op(BPF_ALU64 | BPF_ADD | BPF_X, 2, 3, 0, 0),
               op(BPF_STX | BPF_MEM | BPF_B, 2, 3, 0, 0)};
  return code + exit_insn();
}

// Calls the first subprogram with its own frame's bytes.
Code Generator::forward_context() {
  return Code{mov_reg(7, 3),  store64(10, -16, mistake() ? uint8_t{5} : uint8_t{7}),
              mov_reg(2, 10), add(2, -16),
              call_local(-1), op(BPF_ALU64 | BPF_XOR | BPF_X, 0, 7, 0, 0),
              exit_insn()};
}

void Generator::place_subprograms() {
  size_t starts[4] = {};
  for (size_t i = 0; i < calls_.size(); ++i) {
    const LocalCall call = calls_[i];
    if (starts[call.subprogram] == 0) {
      Code (Generator::*const kMake[])() = {&Generator::read_both, &Generator::read_value,
                                            &Generator::change_stack, &Generator::forward_context};
      starts[call.subprogram] = code_.size();
      emit((this->*kMake[call.subprogram])());
      if (call.subprogram == 3) calls_.push_back({starts[3] + 4, 0});
    }
    code_[call.place].imm = static_cast<int32_t>(starts[call.subprogram] - call.place - 1);
  }
}

}  // namespace ebpf_test
