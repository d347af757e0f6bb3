// Random programs that verifier and card accept, and that show in packets and maps what they compute.
// SPDX-License-Identifier: Apache-2.0
//
//   fuzz::CardProgram subject = fuzz::random_card_program(42);   // the same for the same seed
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/program.h"

namespace fuzz {

// Frames that a program works on have at least about this many bytes; shorter ones pass untouched.
constexpr uint32_t kWorkedOnBytes = 128;

// Two maps of every program, and the third of those with global data. User space may write the words that programs only read, and must leave counters zero.
struct MapShape {
  const char* name;
  uint32_t type, key_bytes, value_bytes, entries;
  uint32_t counters_at, counter_bytes;  // the part of a value that programs only count in
};
constexpr uint32_t kArray = 0, kHash = 1, kData = 2;
extern const MapShape kMapShapes[3];

struct CardProgram {
  ebpf::Program program;
  bool moves_packet = false;  // the room around a packet matters
  bool offload_only =
      false;  // chooses the receive queue, which the kernel allows to offloaded programs alone
};

struct CardProgramOptions {
  bool reach_defects = false;  // does what the reference lowering is known to get wrong as well
  bool global_data = false;    // uses direct values and stores to values, which no driver takes
};

CardProgram random_card_program(uint64_t seed, const CardProgramOptions& options = {});

}  // namespace fuzz
