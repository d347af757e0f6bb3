// Statements on the packet, the stack and the context.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/card_program_generator.h"

namespace fuzz {

Code CardProgramGenerator::packet_access() {
  Code code;
  const uint8_t base = chance(3) ? kInside : kPacket;
  for (uint64_t i = 1 + below(4); i > 0; --i) {
    const uint8_t size = width();
    const int16_t off = small(static_cast<uint64_t>(kReach - bytes_of(size) + 1));
    code.push_back(chance(4) ? store(size, base, off, number()) : load(size, number(), base, off));
  }
  return code;
}

// r9 points elsewhere.
Code CardProgramGenerator::move_inside() {
  const ebpf::Insn end = load(kBytes4, 3, 1, is_xdp() ? 4 : 80);
  return Code{mov_reg(5, kept_number()), load(kBytes8, 1, 10, kContextSlot), end} + set_inside({}) +
         refill();
}

Code CardProgramGenerator::stack_access() {
  const uint8_t size = width();
  const int16_t bytes = bytes_of(size);
  const int16_t slot = small(static_cast<uint64_t>(kNumberBytes / bytes));
  const auto off = static_cast<int16_t>(-kNumberBytes + slot * bytes);
  return chance(2) ? Code{store(size, 10, off, number())} : Code{load(size, number(), 10, off)};
}

Code CardProgramGenerator::spill_pointer() {
  const uint8_t pointer = chance(2) ? kPacket : kInside;
  return Code{store(kBytes8, 10, kSpillSlot, pointer)} + arithmetic() +
         load(kBytes8, pointer, 10, kSpillSlot);
}

// Neighbouring pairs. The data register is overwritten behind them, for the reference lowering leaves it wrong (B4).
Code CardProgramGenerator::copy() {
  const uint8_t size = width();
  const int16_t bytes = bytes_of(size);
  const auto pairs = static_cast<int16_t>(2 + below(static_cast<uint64_t>(48 / bytes) - 1));
  const uint8_t data = number();
  const int16_t from = small(static_cast<uint64_t>(kReach - pairs * bytes + 1));
  const int16_t to = copy_destination(from, pairs, bytes);
  const bool down = chance(3);
  Code code;
  for (int16_t pair = 0; pair < pairs; ++pair) {
    const auto at = static_cast<int16_t>((down ? pairs - 1 - pair : pair) * bytes);
    code.push_back(load(size, data, kPacket, static_cast<int16_t>(from + at)));
    code.push_back(store(size, kPacket, static_cast<int16_t>(to + at), data));
  }
  if (options_.reach_defects && chance(2)) return code;
  return code + mov(data, constant());
}

// Copies that reach in part into what they read come out wrong.
int16_t CardProgramGenerator::copy_destination(int16_t from, int16_t pairs, int16_t bytes) {
  const int length = pairs * bytes;
  for (;;) {
    const int16_t to = small(static_cast<uint64_t>(kReach - length + 1));
    const int distance = to - from;
    const bool apart = distance >= length || distance <= -length || distance % bytes == 0;
    if (apart || (options_.reach_defects && chance(4))) return to;
  }
}

// Such loads find the context in r6, and leave with 0 beyond the packet's end.
Code CardProgramGenerator::load_absolute() {
  constexpr uint8_t kSizes[] = {BPF_B, BPF_H, BPF_W};
  const bool indirect = chance(2);
  const auto opcode = static_cast<uint8_t>(BPF_LD | (indirect ? BPF_IND : BPF_ABS) | pick(kSizes));
  const uint8_t index = kept_number();
  Code code = {store(kBytes8, 10, kSpillSlot, kPacket), mov_reg(1, index), alu64(BPF_AND, 1, 63),
               load(kBytes8, kPacket, 10, kContextSlot)};
  const bool odd = options_.reach_defects && chance(3);
  if (odd && chance(2)) code.insert(code.begin() + 3, alu64(BPF_SUB, 1, odd_packet_offset()));
  const int32_t offset =
      odd ? odd_packet_offset() : static_cast<int32_t>(below(chance(4) ? 260 : 100));
  code.push_back(op(opcode, 0, indirect ? 1 : 0, 0, offset));
  code.push_back(load(kBytes8, kPacket, 10, kSpillSlot));
  return code + refill(1);
}

Code CardProgramGenerator::choose_queue() {
  out_.offload_only = true;
  return Code{load(kBytes8, 1, 10, kContextSlot), mov_reg(2, kept_number()), alu64(BPF_AND, 2, 63),
              store(kBytes4, 1, 16, 2)} +
         refill(1);
}

}  // namespace fuzz
