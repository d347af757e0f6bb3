// Statements that read, write and count in global data by its address, at fixed and at computed offsets, aligned or not.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/card_program_generator.h"

namespace fuzz {
namespace {

constexpr int16_t kPlainBytes = 256;  // what kData has in front of its counters
constexpr int16_t kMostOff = 512;     // either way, of an access from its register

}  // namespace

// r2 points to byte `at` less `off`, which the access adds. Spends r3.
Code CardProgramGenerator::data_address(int16_t at, int16_t* off) {
  *off = static_cast<int16_t>(chance(2) ? 0 : static_cast<int64_t>(below(2 * kMostOff)) - kMostOff);
  const int32_t start = chance(2) ? at : 0;
  return ebpf_test::wide(2, kData | static_cast<uint64_t>(start) << 32, BPF_PSEUDO_MAP_VALUE) +
         add(2, at - start - *off);
}

Code CardProgramGenerator::global_data() {
  if (chance(4)) return count_globally();
  const uint8_t size = width();
  const bool moves = chance(2);
  const int16_t index =
      moves ? pick({int16_t{3}, int16_t{15}, int16_t{64}, int16_t{127}}) : int16_t{0};
  int16_t off = 0;
  Code code =
      data_address(small(static_cast<uint64_t>(kPlainBytes - index - bytes_of(size) + 1)), &off);
  if (moves) {
    code =
        code + Code{mov_reg(3, kept_number()), alu64(BPF_AND, 3, index), alu64_reg(BPF_ADD, 2, 3)};
  }
  switch (below(3)) {
    case 0:
      return code + Code{load(size, 2, 2, off)} + fold(2);
    case 1:
      return code + Code{store(size, 2, off, kept_number()), mov(2, constant())};
    default:
      return code + Code{op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), 2, 0, off, constant()),
                         mov(2, constant())};
  }
}

Code CardProgramGenerator::count_globally() {
  const uint8_t size = chance(2) ? kBytes8 : kBytes4;
  const auto counters =
      static_cast<uint64_t>(static_cast<int16_t>(kMapShapes[kData].counter_bytes) / bytes_of(size));
  int16_t off = 0;
  Code code =
      data_address(static_cast<int16_t>(kPlainBytes + small(counters) * bytes_of(size)), &off);
  return code + Code{atomic(size, 2, off, kept_number(), BPF_ADD), mov(2, constant())};
}

// r0 points to a value that was looked up.
Code CardProgramGenerator::write_value(uint32_t map) {
  const uint8_t size = width();
  const auto off =
      static_cast<int16_t>((map == kArray ? 16 : 0) + small(16 / bytes_of(size)) * bytes_of(size));
  return {store(size, 0, off, kept_number())};
}

}  // namespace fuzz
