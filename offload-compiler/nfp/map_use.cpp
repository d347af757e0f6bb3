// The use table of map values.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/map_use.h"

#include <algorithm>
#include <cassert>

#include "fpc/firmware/word_use.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {

using firmware::WordUse;

namespace {

constexpr uint32_t kWordBytes = 4;
// Tables beyond this are of no map that any firmware takes; they stay empty.
constexpr uint32_t kMaxValueBytes = 1u << 16;

}  // namespace

MapUse::MapUse(const std::vector<ebpf::MapDef>& maps) {
  for (const ebpf::MapDef& map : maps) {
    const uint32_t bytes = map.value_bytes <= kMaxValueBytes ? map.value_bytes : 0;
    maps_.emplace_back((bytes + kWordBytes - 1) / kWordBytes);
  }
}

std::optional<Diagnostic> MapUse::mark_word(Word& word, uint32_t offset, WordUse use) {
  if (firmware::conflicts(word.use, use))
    return refusal<Rule::kWordUse>(firmware::to_string(word.use), firmware::to_string(use), offset);
  if (word.non_zero_update && use == WordUse::kAtomic)
    return refusal<Rule::kCounterNotZero>(offset);
  word.use = std::max(word.use, use);
  return {};
}

std::optional<Diagnostic> MapUse::mark(uint32_t map, uint32_t offset, uint32_t bytes, WordUse use) {
  assert(map < maps_.size());
  std::vector<Word>& words = maps_[map];
  for (uint32_t at = offset; at < offset + bytes; at += kWordBytes - at % kWordBytes) {
    if (at / kWordBytes >= words.size()) return refusal<Rule::kMapBounds>();
    if (std::optional<Diagnostic> complaint = mark_word(words[at / kWordBytes], at, use))
      return complaint;
  }
  return {};
}

bool MapUse::mark_non_zero_update(uint32_t map, uint32_t byte) {
  assert(map < maps_.size());
  if (byte / kWordBytes >= maps_[map].size()) return true;
  Word& word = maps_[map][byte / kWordBytes];
  if (word.use == WordUse::kAtomic) return false;
  word.non_zero_update = true;
  return true;
}

std::vector<std::vector<WordUse>> MapUse::words() const {
  std::vector<std::vector<WordUse>> result;
  for (const std::vector<Word>& map : maps_) {
    std::vector<WordUse>& words = result.emplace_back();
    for (const Word& word : map) words.push_back(word.use);
  }
  return result;
}

}  // namespace offload
