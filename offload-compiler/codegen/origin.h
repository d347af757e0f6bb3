// Where a word of a compiled program comes from, as the code generator knew when it emitted the word.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace offload {

// What the word is part of; all but kProgram are words that every program gets, or that several instructions share.
enum class Part : uint8_t { kIntro, kProgram, kAbort, kOut, kPush, kPop, kPad };

// Which memory a command goes to: packets have 32-bit addresses, map values 40-bit ones.
enum class Memory : uint8_t { kNone, kPacket, kMapValue };

struct WordOrigin {
  Part part = Part::kProgram;
  uint32_t insn = 0;  // eBPF instruction; of kProgram
  Memory memory = Memory::kNone;
};

}  // namespace offload
