// Statements that call: local functions, and helpers that move the packet's bounds.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/card_program_generator.h"

namespace fuzz {

// Calls leave r0 to r5 without values.
Code CardProgramGenerator::refill(uint8_t first) {
  Code code;
  for (uint8_t reg = first; reg <= 5; ++reg)
    code.push_back(chance(3) ? mov(reg, constant()) : mov_reg(reg, chance(2) ? 7 : 8));
  return code;
}

// A result goes where it is seen in the end.
Code CardProgramGenerator::fold(uint8_t reg) {
  if (chance(2)) return {store(kBytes8, 10, number_slot(), reg)};
  return {alu64_reg(BPF_XOR, kept_number(), reg)};
}

Code CardProgramGenerator::local_call() {
  const bool on_stack = chance(2);
  Code code = {mov_reg(1, 7), mov_reg(2, 8), mov_reg(3, 10), add(3, number_slot()),
               mov_reg(4, chance(2) ? kPacket : kInside)};
  code.push_back(ebpf_test::call_local(on_stack ? kOnStack : kOnPacket));
  return code + fold(0) + refill();
}

// Deltas that fail on the card or in the kernel are rare; afterwards all pointers into the packet are new.
Code CardProgramGenerator::adjust_packet() {
  if (locked_[7] || locked_[8]) return straight_statement();
  out_.moves_packet = true;
  const bool head = chance(2);
  constexpr int32_t kHeadDeltas[] = {4,   -4, 14,  16,  -16, 20, -20,  46,
                                     -64, 47, -84, -85, 120, 0,  -216, -217};
  constexpr int32_t kTailDeltas[] = {-1, -4, -7, -16, -2, -31, -60, -200, -2000};
  Code code = {load(kBytes8, 1, 10, kContextSlot)};
  if (chance(2)) {
    code.push_back(mov(2, head ? pick(kHeadDeltas) : pick(kTailDeltas)));
  } else {
    code = code + Code{mov_reg(2, kept_number()), alu64(BPF_AND, 2, 15)};
    code.push_back(head ? add(2, -8) : alu64(BPF_OR, 2, -16));
  }
  code.push_back(call(head ? BPF_FUNC_xdp_adjust_head : BPF_FUNC_xdp_adjust_tail));
  return code + fold(0) + load(kBytes8, 1, 10, kContextSlot) + bind_packet() + refill();
}

void CardProgramGenerator::place_callees(Code& code) {
  Code callees[] = {callee_on_stack(), callee_on_packet()};
  if (chance(2)) {  // one calls the other
    callees[kOnStack].insert(
        callees[kOnStack].begin(),
        {mov_reg(6, 1), mov_reg(7, 2), mov_reg(8, 3), ebpf_test::call_local(kOnPacket),
         mov_reg(1, 6), mov_reg(2, 7), mov_reg(3, 8), alu64_reg(BPF_ADD, 1, 0)});
  }
  int32_t starts[2] = {-1, -1};
  for (size_t i = 0; i < code.size(); ++i) {
    ebpf::Insn& insn = code[i];
    if (insn.opcode != (BPF_JMP | BPF_CALL) || insn.src != BPF_PSEUDO_CALL) continue;
    const auto callee = static_cast<size_t>(insn.imm);
    if (starts[callee] < 0) {
      starts[callee] = static_cast<int32_t>(code.size());
      code = code + callees[callee];
    }
    code[i].imm = starts[callee] - static_cast<int32_t>(i) - 1;
  }
}

// The card's driver checks exit codes of classifiers at the end of their subprograms as well.
Code CardProgramGenerator::leave_callee() { return is_xdp() ? Code{exit_insn()} : leave(); }

// r0 from two numbers and the bytes that r3 points to in the caller's frame, which it also changes.
Code CardProgramGenerator::callee_on_stack() {
  Code code = {mov_reg(0, 1), alu64_reg(BPF_ADD, 0, 2)};
  if (chance(2))
    code =
        code + Code{mov_reg(8, 0), op(alu_k(BPF_LSH, true), 8, 0, 0, 3), alu64_reg(BPF_XOR, 0, 8)};
  if (chance(2))
    code =
        code + Code{store(kBytes8, 10, -8, 0), load(kBytes4, 4, 10, -8), alu64_reg(BPF_SUB, 0, 4)};
  const uint8_t size = width();
  const auto slots = static_cast<uint64_t>(8 / bytes_of(size));
  const auto off = static_cast<int16_t>(small(slots) * bytes_of(size));
  code = code + Code{load(size, 5, 3, off), alu64_reg(BPF_XOR, 0, 5)};
  if (chance(2)) code.push_back(store(size, 3, off, 0));
  if (options_.reach_defects && chance(3)) code = code + lookup_of_caller_key();
  return code + leave_callee();
}

// B11: the key lies in the caller's frame. r6 keeps an argument, for which rounds of a loop differ in the callee's frame too.
Code CardProgramGenerator::lookup_of_caller_key() {
  return Code{mov_reg(6, 1), mov(5, small(10)), store(kBytes4, 3, 0, 5), mov_reg(2, 3)} +
         ebpf_test::load_map(1, kArray) +
         Code{call(BPF_FUNC_map_lookup_elem),
              ebpf_test::jump_eq(0, 0, 2),
              load(kBytes8, 0, 0, 16),
              op(BPF_JMP | BPF_JA, 0, 0, 1, 0),
              mov(0, 7),
              alu64_reg(BPF_XOR, 0, 6)};
}

// r0 from a number and the bytes that r4 points to in the packet.
Code CardProgramGenerator::callee_on_packet() {
  const uint8_t size = width();
  const int16_t off = small(static_cast<uint64_t>(kReach - bytes_of(size) + 1));
  Code code = {load(size, 0, 4, off), alu64_reg(BPF_XOR, 0, 1)};
  if (chance(2)) code.push_back(store(kBytes2, 4, small(kReach - 1), 2));
  if (chance(2)) code.push_back(store(kBytes4, 4, small(kReach - 3), 0));
  if (chance(3)) code = code + Code{op(BPF_JMP32 | BPF_JSGT | BPF_K, 0, 0, 1, 9), mov_reg(0, 2)};
  return code + leave_callee();
}

}  // namespace fuzz
