// Loads programs in assembler text into a live card, as a driver does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bits.h"
#include "nic-model/live_card.h"
#include "tests/nic/card_harness.h"

namespace harness {

inline void update(nic::LiveCard& card, uint32_t what) {
  card.write(nic::bar::kUpdate, 4, what);
  while (card.read(nic::bar::kUpdate, 4) == what) card.run_until(card.now_ps() + 1'000'000);
  EXPECT_EQ(card.read(nic::bar::kUpdate, 4), 0u);
}

// `text` as for link(); it runs from now on.
inline void load_program(nic::LiveCard& card, const std::string& text) {
  const firmware::LinkedStore store = link(text);
  std::vector<uint8_t> memory(size_t{store.program_words} * 8);
  for (unsigned i = 0; i < store.program_words; ++i)
    base::store_le(memory.data() + size_t{i} * 8, store.words[store.program_start + i]);
  const std::optional<uint64_t> address = card.map_memory(memory);
  ASSERT_TRUE(address);
  card.write(nic::bar::kBpfSize, 2, store.program_words);
  card.write(nic::bar::kBpfAddress, 8, *address);
  update(card, nic::bar::kUpdateBpf);
  card.write(nic::bar::kControl, 4, nic::bar::kControlBpf);
  update(card, nic::bar::kUpdateGeneral);
  card.unmap_memory(*address);
}

}  // namespace harness
