// Many entries with one call, and what programs may do with the words of a value.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "fpc/firmware/word_use.h"
#include "host-driver/drivers/nfp/maps.h"

namespace host::nfp {
namespace {

using firmware::WordUse;
using firmware::control::Type;

constexpr size_t kWindow = 32;  // messages on their way at a time

}  // namespace

int Maps::lookup_batch(Map& map, std::span<const uint8_t> from, unsigned most,
                       const EntryVisit& visit) {
  enter();
  std::vector<uint8_t> key(from.begin(), from.end());
  while (most != 0) {
    const unsigned count = std::min(most, slots_.most_entries());
    const Answer answer = walk(map, key, count);
    if (answer.error != 0) return answer.error;
    for (uint32_t i = 0; i < answer.count; ++i) {
      MapCache::Entry found = entry(map, answer, i);
      swap_atomic_words(map, found.value);
      visit(found.key, found.value);
      key = std::move(found.key);
    }
    if (answer.status != 0) return to_error(answer.status, log_);
    most -= answer.count;
  }
  return 0;
}

// The card may take messages in any order, so no two for one key are on their way together.
int Maps::update_batch(Map& map, std::span<const EntryView> entries, uint64_t flags, size_t& done) {
  enter();
  done = 0;
  if (flags >> 32 != 0) return -EOPNOTSUPP;
  struct Sent {
    int tag;
    const EntryView* entry;
  };
  std::deque<Sent> sent;
  int error = 0;
  const auto finish_oldest = [&] {
    const Answer answer = parse(ccm_.wait_for(sent.front().tag, Type::kMapUpdate, 0));
    sent.pop_front();
    if (error == 0) error = answer.error;
    if (error == 0) ++done;
  };
  map.cache.block();
  for (const EntryView& item : entries) {
    const auto clashes = [&](const Sent& other) {
      return std::ranges::equal(other.entry->key, item.key);
    };
    while (!sent.empty() && (sent.size() == kWindow || std::ranges::any_of(sent, clashes))) {
      finish_oldest();
    }
    if (error != 0) break;
    note_update(map, item.value);
    std::vector<uint8_t> swapped(item.value.begin(), item.value.end());
    swap_atomic_words(map, swapped);
    const int tag = ccm_.send(request(map, item.key, swapped, 1, static_cast<uint32_t>(flags)),
                              Type::kMapUpdate);
    if (tag < 0) {
      error = tag;
      break;
    }
    sent.push_back({tag, &item});
  }
  while (!sent.empty()) finish_oldest();
  map.cache.unblock();
  return error;
}

bool Maps::claim_use(Map& map, std::span<const WordUse> use, std::string& why) const {
  for (size_t word = 0; word < use.size() && word < map.use.size(); ++word) {
    if (use[word] == WordUse::kUnused) continue;
    if (map.use[word] != WordUse::kUnused && map.use[word] != use[word]) {
      why =
          fmt::format("map value use type conflict {} vs {} off: {}",
                      firmware::to_string(map.use[word]), firmware::to_string(use[word]), 4 * word);
      return false;
    }
    if (use[word] == WordUse::kAtomic && map.non_zero[word]) {
      why = fmt::format(
          "atomic counter in map value may already be initialized to non-zero value off: {}",
          4 * word);
      return false;
    }
  }
  for (size_t word = 0; word < use.size() && word < map.use.size(); ++word) {
    if (use[word] != WordUse::kUnused) map.use[word] = use[word];
  }
  return true;
}

}  // namespace host::nfp
