// Statements that do what the reference lowering is known to get wrong.
// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>

#include "tests/fuzz/card_program_generator.h"

namespace fuzz {

Code CardProgramGenerator::defect() {
  switch (below(5)) {
    case 0:
      return frame_pointer_as_number();
    case 1:
      return store_immediate();
    case 2:
      return shift_by_anything();
    case 3:
      return copy_that_turns();
    default:
      return copy_to_far_tail();
  }
}

// B9. What is seen of r10 is its distance from other places of the frame.
Code CardProgramGenerator::frame_pointer_as_number() {
  const uint8_t kept = kept_number();
  const Code below_r10 = {mov_reg(1, 10), add(1, number_slot())};
  switch (below(5)) {
    case 0:
      return below_r10 + alu64_reg(BPF_SUB, 1, 10) + fold(1) + refill(1);
    case 1: {
      constexpr uint8_t kOrders[] = {BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JEQ, BPF_JNE};
      const auto opcode = static_cast<uint8_t>(BPF_JMP | pick(kOrders) | BPF_X);
      const ebpf::Insn jump = chance(2) ? op(opcode, 1, 10, 1, 0) : op(opcode, 10, 1, 1, 0);
      return below_r10 + Code{jump, alu64(BPF_XOR, kept, 0x55)} + refill(1);
    }
    case 2:
      return Code{op(BPF_JMP | BPF_JEQ | BPF_K, 10, 0, 1, chance(2) ? 0 : 0x12345),
                  alu64(BPF_XOR, kept, 0x33)};
    case 3:
      return Code{mov(1, number_slot()), alu64_reg(BPF_ADD, 1, 10), load(kBytes8, 2, 1, 0)} +
             fold(2) + refill(1);
    default:
      return Code{store(kBytes8, 10, kSpillSlot, 10), load(kBytes8, 1, 10, kSpillSlot),
                  load(kBytes8, 2, 1, number_slot())} +
             fold(2) + refill(1);
  }
}

// B8.
Code CardProgramGenerator::store_immediate() {
  const uint8_t size = width();
  const int16_t bytes = bytes_of(size);
  const auto opcode = static_cast<uint8_t>(BPF_ST | BPF_MEM | size);
  if (chance(2))
    return {op(opcode, kPacket, 0, small(static_cast<uint64_t>(kReach - bytes + 1)), constant())};
  const int16_t slot = small(static_cast<uint64_t>(kNumberBytes / bytes));
  return {op(opcode, 10, 0, static_cast<int16_t>(-kNumberBytes + slot * bytes), constant())};
}

// Counts of any size, from 32 on, and of the register that is shifted itself.
Code CardProgramGenerator::shift_by_anything() {
  constexpr uint8_t kOperations[] = {BPF_LSH, BPF_RSH, BPF_ARSH};
  const uint8_t opcode = alu_x(pick(kOperations), !chance(4));
  const uint8_t count = number(), value = chance(3) ? count : number();
  const ebpf::Insn shift = op(opcode, value, count, 0, 0);
  switch (below(3)) {
    case 0:
      return {alu64(BPF_OR, count, 32), shift};
    case 1:
      return {alu64(BPF_AND, count, 127), shift};
    default:
      return {shift};
  }
}

// Pairs that go up and down.
Code CardProgramGenerator::copy_that_turns() {
  const uint8_t size = width(), data = number();
  const int16_t bytes = bytes_of(size);
  const int16_t from = small(32);
  const auto to = static_cast<int16_t>(from + 40 + small(8));
  Code code;
  auto at = static_cast<int16_t>(1 + small(2));
  for (uint64_t pair = 3 + below(4); pair > 0; --pair) {
    code.push_back(load(size, data, kPacket, static_cast<int16_t>(from + at * bytes)));
    code.push_back(store(size, kPacket, static_cast<int16_t>(to + at * bytes), data));
    at = static_cast<int16_t>(at == 0 || (at < 3 && chance(2)) ? at + 1 : at - 1);
  }
  return code;
}

// B5: the destination's pointer lies in front of the packet, so that offsets behind it are large.
Code CardProgramGenerator::copy_to_far_tail() {
  const uint8_t data = kept_number();
  const auto distance = static_cast<int16_t>(180 + small(60));
  const auto length = static_cast<int16_t>(41 + small(4));
  Code code = {mov_reg(1, kPacket), add(1, -distance)};
  for (int16_t at = 0; at < length; ++at) {
    code.push_back(load(kBytes1, data, kPacket, at));
    code.push_back(store(kBytes1, 1, static_cast<int16_t>(distance + 50 + at), data));
  }
  return code + refill(1);
}

// B10 and packet.index: offsets that count from the headers, beyond 16 bits, and indices that make them so.
int32_t CardProgramGenerator::odd_packet_offset() {
  const auto near = static_cast<int32_t>(below(100));
  const int32_t kOffsets[] = {near,         SKF_NET_OFF + near, SKF_LL_OFF + near,
                              -4096 - near, 65536 + near,       -1 - near};
  return pick(kOffsets);
}

}  // namespace fuzz
