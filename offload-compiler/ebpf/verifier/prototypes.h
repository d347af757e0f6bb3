// The prototypes of the helper functions that programs may call: the rows of helpers.def, and which maps a helper serves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "offload-compiler/ebpf/program.h"

namespace ebpf {

enum class Arg : uint8_t {
  kNone,
  kAny,
  kContext,
  kMap,
  kMapKey,    // a buffer of the map's key size
  kMapValue,  // a buffer of the map's value size
  kMemory,
  kMemoryOrNull,  // initialised buffers; the next argument is the size
  kMemoryOut,     // a buffer that the helper fills
  kMapValueOut,   // one of the map's value size that the helper fills
  kSize,
  kSizeOrZero,
  kCallback,
  kStackOrNull,  // what a callback gets as its context
  kSpinLock,
};

enum class HelperResult : uint8_t { kNone, kScalar, kMapValueOrNull };

enum HelperFlags : uint8_t {
  kReadsPacket = 1,  // buffers may lie in the packet
  kMovesPacket = 2,  // packet pointers end with the call
};

struct Prototype {
  int32_t id;
  uint8_t programs;  // bit 1 << ProgType
  HelperResult result;
  std::array<Arg, 5> args;
  uint8_t flags;
};

// nullptr: programs of the type may not call it.
const Prototype* find_prototype(int32_t id, ProgType type);

bool serves(int32_t helper, uint32_t map_type);

// Whether programs of any type may call the helper, and whether any helper serves maps of the type.
bool is_known_helper(int32_t id);
bool is_known_map_type(uint32_t type);

// The call runs a callback any number of times before it returns.
bool calls_back(const Insn& insn);

}  // namespace ebpf
