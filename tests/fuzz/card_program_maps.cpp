// Statements that look up, read, count in, update and delete entries of maps.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/card_program_generator.h"

namespace fuzz {

// Keys come from a pool that is a little larger than the map. Spends r2.
Code CardProgramGenerator::make_key(uint32_t map) {
  Code code = chance(3) ? Code{mov(2, static_cast<int32_t>(below(10)))}
                        : Code{mov_reg(2, kept_number()), alu64(BPF_AND, 2, chance(4) ? 15 : 7)};
  code.push_back(store(kBytes4, 10, key_at_, 2));
  if (map == kArray) return code;
  code.push_back(mov(2, static_cast<int32_t>(below(2))));
  code.push_back(store(kBytes4, 10, static_cast<int16_t>(key_at_ + 4), 2));
  return code;
}

Code CardProgramGenerator::map_arguments(uint32_t map) {
  return Code{mov_reg(2, 10), add(2, key_at_)} + ebpf_test::load_map(1, map);
}

Code CardProgramGenerator::map_lookup() {
  const auto map = static_cast<uint32_t>(below(2));
  Code found;
  for (uint64_t i = 1 + below(2); i > 0; --i) found = found + use_value(map);
  return make_key(map) + map_arguments(map) + call(BPF_FUNC_map_lookup_elem) +
         ebpf_test::jump_eq(0, 0, static_cast<int16_t>(found.size())) + found + refill();
}

// r0 points to the value.
Code CardProgramGenerator::use_value(uint32_t map) {
  if (options_.global_data && chance(3)) return write_value(map);
  switch (below(4)) {
    case 0:
      return read_value(map);
    case 1:
      return copy_value(map);
    default:
      return count(map);
  }
}

// The array's values have two 32-bit counters and a 64-bit one, those of the hash only that.
Code CardProgramGenerator::count(uint32_t map) {
  const bool wide = map == kHash || chance(2);
  const auto off = static_cast<int16_t>(map == kHash ? 16 : wide ? 8 : chance(2) ? 0 : 4);
  Code addend = {mov_reg(2, chance(2) ? uint8_t{7} : uint8_t{8})};
  if (chance(2)) addend.push_back(alu64(BPF_AND, 2, chance(2) ? 0xffff : 0x1ffff));
  const uint8_t size = wide ? kBytes8 : kBytes4;
  if (options_.reach_defects && chance(4)) {  // B7: a negative offset
    return addend + Code{add(0, 24), atomic(size, 0, static_cast<int16_t>(off - 24), 2, BPF_ADD),
                         add(0, -24)};
  }
  return addend + atomic(size, 0, off, 2, BPF_ADD);
}

Code CardProgramGenerator::read_value(uint32_t map) {
  const uint8_t size = width();
  const uint64_t places = static_cast<uint64_t>(16 / bytes_of(size));
  const auto off = static_cast<int16_t>((map == kArray ? 16 : 0) + small(places) * bytes_of(size));
  if (options_.reach_defects && chance(4)) {  // B7: a negative offset
    return Code{add(0, 24), load(size, 2, 0, static_cast<int16_t>(off - 24)), add(0, -24)} +
           fold(2);
  }
  return Code{load(size, 2, 0, off)} + fold(2);
}

Code CardProgramGenerator::copy_value(uint32_t map) {
  const int16_t bytes = chance(2) ? 4 : 8;
  const uint8_t size = bytes == 4 ? kBytes4 : kBytes8;
  const auto from = static_cast<int16_t>(map == kArray ? 16 : 0);
  const int16_t to = small(kReach - 16 + 1);
  Code code;
  for (int16_t at = 0; at < 16; at = static_cast<int16_t>(at + bytes)) {
    code.push_back(load(size, 2, 0, static_cast<int16_t>(from + at)));
    code.push_back(store(size, kPacket, static_cast<int16_t>(to + at), 2));
  }
  return options_.reach_defects ? code + fold(2) : code;
}

// Counters are written as zeros of four bytes each, so that the driver sees that they are zero.
Code CardProgramGenerator::make_value(const MapShape& shape) {
  Code code = {mov(2, 0)};
  for (uint32_t at = 0; at < shape.value_bytes; at += 8) {
    const auto slot = static_cast<int16_t>(value_at_ + static_cast<int16_t>(at));
    if (at >= shape.counters_at && at < shape.counters_at + shape.counter_bytes) {
      code.push_back(store(kBytes4, 10, slot, 2));
      code.push_back(store(kBytes4, 10, static_cast<int16_t>(slot + 4), 2));
    } else {
      code.push_back(store(kBytes8, 10, slot, kept_number()));
    }
  }
  return code;
}

Code CardProgramGenerator::map_update() {
  const uint32_t map = chance(4) ? kArray : kHash;
  constexpr int32_t kFlags[] = {BPF_ANY, BPF_ANY, BPF_NOEXIST, BPF_EXIST};
  return make_key(map) + make_value(kMapShapes[map]) + map_arguments(map) +
         Code{mov_reg(3, 10), add(3, value_at_), mov(4, pick(kFlags)),
              call(BPF_FUNC_map_update_elem)} +
         fold(0) + refill();
}

Code CardProgramGenerator::map_delete() {
  const uint32_t map = chance(4) ? kArray : kHash;
  return make_key(map) + map_arguments(map) + call(BPF_FUNC_map_delete_elem) + fold(0) + refill();
}

}  // namespace fuzz
