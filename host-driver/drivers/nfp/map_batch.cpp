// Many entries with one call, and what programs may do with the words of a value.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "fpc/firmware/map_table.h"
#include "fpc/firmware/word_use.h"
#include "host-driver/drivers/nfp/large_value.h"
#include "host-driver/drivers/nfp/maps.h"

namespace host::nfp {
namespace {

using firmware::WordUse;
using firmware::control::Type;

constexpr size_t kWindow = 52;  // entries on their way at a time: a full message for each context

bool share_a_key(std::span<const EntryView> some, std::span<const EntryView> others) {
  return std::ranges::any_of(some, [&](const EntryView& item) {
    return std::ranges::any_of(
        others, [&](const EntryView& other) { return std::ranges::equal(item.key, other.key); });
  });
}

}  // namespace

int Maps::lookup_batch(Map& map, std::span<const uint8_t> from, unsigned most,
                       const EntryVisit& visit) {
  enter();
  std::vector<uint8_t> key(from.begin(), from.end());
  if (most != 0 && is_large_value(map.shape)) {
    std::vector<uint8_t> next(map.shape.key_bytes), value(map.shape.value_bytes);
    if (const int error = next_large_key(key, next); error != 0) return error;
    static_cast<void>(read_large_value(map, next, value));  // it is there
    swap_atomic_words(map, value);
    visit(next, value);
    return most == 1 ? 0 : -ENOENT;
  }
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

// A reply to `sent` changes counts all of them, or fewer and why.
Maps::Answer Maps::parse_changes(Ccm::Reply reply, size_t sent) const {
  Answer answer = parse(std::move(reply));
  if (answer.count > sent || (answer.error == 0 && answer.count != sent)) {
    return {.error = ccm_.refuse(fmt::format("{} of {} changes", answer.count, sent))};
  }
  return answer;
}

// The card may take messages in any order, so no two for one key are on their way together; the entries of one message it takes
// in theirs.
int Maps::change_batch(Map& map, Type type, std::span<const EntryView> entries, uint32_t flags,
                       size_t& done) {
  struct Sent {
    int tag;
    std::span<const EntryView> entries;
  };
  std::deque<Sent> sent;
  size_t on_the_way = 0;  // entries
  int error = 0, refused = 0;
  const auto finish_oldest = [&] {
    const Sent oldest = sent.front();
    sent.pop_front();
    on_the_way -= oldest.entries.size();
    const Answer answer = parse_changes(ccm_.wait_for(oldest.tag, type, 0), oldest.entries.size());
    if (error != 0) return;
    done += answer.count;
    error = answer.error;
  };
  const size_t at_once = caps_.offered.multi_change ? slots_.most_entries() : 1;
  map.cache.block();
  while (error == 0 && refused == 0 && !entries.empty()) {
    const auto part = entries.first(std::min(at_once, entries.size()));
    const auto clashes = [&](const Sent& other) { return share_a_key(part, other.entries); };
    if (on_the_way + part.size() > kWindow || std::ranges::any_of(sent, clashes)) {
      finish_oldest();
      continue;
    }
    for (const EntryView& item : part) note_update(map, item.value);
    const auto count = static_cast<uint32_t>(part.size());
    const int tag = ccm_.send(request(map, part, count, flags), type);
    if (tag < 0) {
      refused = tag;
      continue;
    }
    sent.push_back({tag, part});
    on_the_way += part.size();
    entries = entries.subspan(part.size());
  }
  while (!sent.empty()) finish_oldest();
  map.cache.unblock();
  return error != 0 ? error : refused;
}

int Maps::update_batch(Map& map, std::span<const EntryView> entries, uint64_t flags, size_t& done) {
  enter();
  done = 0;
  if (flags >> 32 != 0) return -EOPNOTSUPP;
  if (is_large_value(map.shape)) {
    for (const EntryView& item : entries) {
      note_update(map, item.value);
      if (const int error = write_large(map, item, flags); error != 0) return error;
      ++done;
    }
    return 0;
  }
  return change_batch(map, Type::kMapUpdate, entries, static_cast<uint32_t>(flags), done);
}

int Maps::delete_batch(Map& map, std::span<const EntryView> keys, size_t& done) {
  enter();
  done = 0;
  if (map.shape.type == firmware::kMapTypeArray) return -EINVAL;
  return change_batch(map, Type::kMapDelete, keys, 0, done);
}

bool Maps::claim_use(Map& map, std::span<const WordUse> use, std::string& why) const {
  for (size_t word = 0; word < use.size() && word < map.use.size(); ++word) {
    if (use[word] == WordUse::kUnused) continue;
    if (firmware::conflicts(map.use[word], use[word])) {
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
    map.use[word] = std::max(map.use[word], use[word]);
  }
  return true;
}

}  // namespace host::nfp
