// How a program uses the 4-byte words of its maps' values, and the conflicts that the card's byte order makes of it.
// SPDX-License-Identifier: Apache-2.0
//
// The memory unit keeps counters in big-endian words; the driver swaps those words at its edge. So a word is either read or
// counted, and nothing but zero may be written to it by a program.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fpc/firmware/image.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

class MapUse {
 public:
  explicit MapUse(const std::vector<ebpf::MapDef>& maps);

  // Marks the words under [offset, offset + bytes). Returns the driver's complaint, if it has one.
  std::optional<Diagnostic> mark(uint32_t map, uint32_t offset, uint32_t bytes,
                                 firmware::WordUse use);
  // A program may write something other than zero to this byte of a value. False: a counter lies there.
  bool mark_non_zero_update(uint32_t map, uint32_t byte);

  std::vector<std::vector<firmware::WordUse>> words() const;  // parallel to the maps

 private:
  struct Word {
    firmware::WordUse use = firmware::WordUse::kUnused;
    bool non_zero_update = false;
  };
  static std::optional<Diagnostic> mark_word(Word& word, uint32_t offset, firmware::WordUse use);

  std::vector<std::vector<Word>> maps_;
};

}  // namespace offload
