// Allocation and the four operations of a map.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "base/bits.h"
#include "fpc/firmware/map_geometry.h"
#include "host-driver/drivers/nfp/large_value.h"

namespace host::nfp {
namespace {

namespace control = firmware::control;
using control::Type;

constexpr unsigned kMostCached = 4;  // entries of a reply

}  // namespace

void Maps::enter() { port_.run_until(port_.now_ps() + port_.costs().syscall_ps); }

int Maps::check(const MapShape& shape) const {
  const firmware::MapLimits& limits = caps_.offered.maps;
  const auto refuse = [&](int error, std::string text) {
    log_("NFP net bpf: " + std::move(text));
    return error;
  };
  if (limits.types == 0) return -EOPNOTSUPP;
  if (shape.flags != 0) return refuse(-EINVAL, "map flags are not supported");
  if (shape.type >= 32 || (limits.types >> shape.type & 1) == 0) {
    return refuse(-EOPNOTSUPP, "map type not supported");
  }
  if (shape.is_mappable &&
      !firmware::can_be_mapped({shape.type, shape.key_bytes, shape.value_bytes, shape.max_entries}))
    return refuse(-EINVAL, fmt::format("values of {} bytes do not lie as in a memory mapping; 1 "
                                       "entry, or 8, 16 or 32 bytes do",
                                       shape.value_bytes));
  if (maps_in_use_ == limits.max_maps) return refuse(-ENOMEM, "too many maps for a device");
  if (limits.max_elems - elems_in_use_ < shape.max_entries) {
    return refuse(-ENOMEM, fmt::format("map with too many elements: {}, left: {}",
                                       shape.max_entries, limits.max_elems - elems_in_use_));
  }
  return check_sizes(shape);
}

int Maps::check_sizes(const MapShape& shape) const {
  if (is_large_value(shape)) return 0;
  const firmware::MapLimits& limits = caps_.offered.maps;
  const auto refuse = [&](std::string text) {
    log_("NFP net bpf: " + std::move(text));
    return -ENOMEM;
  };
  const uint64_t element =
      base::round_up(shape.key_bytes, 8) + base::round_up(shape.value_bytes, 8);
  if (element > limits.max_elem_bytes) {
    return refuse(fmt::format("map elements too large: {}, FW max element size (key+value): {}",
                              element, limits.max_elem_bytes));
  }
  if (shape.key_bytes > limits.max_key_bytes) {
    return refuse(
        fmt::format("map key size {}, FW max is {}", shape.key_bytes, limits.max_key_bytes));
  }
  if (shape.value_bytes > limits.max_value_bytes) {
    return refuse(
        fmt::format("map value size {}, FW max is {}", shape.value_bytes, limits.max_value_bytes));
  }
  return 0;
}

int Maps::alloc(const MapShape& shape, std::unique_ptr<Map>& map) {
  enter();
  if (const int error = check(shape); error != 0) return error;
  std::vector<uint8_t> message(control::kAllocBytes);
  base::store_be(&message[4], shape.key_bytes);
  base::store_be(&message[8], shape.value_bytes);
  base::store_be(&message[12], shape.max_entries);
  base::store_be(&message[16], shape.type);
  base::store_be(&message[20], shape.is_mappable ? control::kAllocMappable : 0);
  const Ccm::Reply reply = ccm_.ask(std::move(message), Type::kMapAlloc, control::kTableReplyBytes);
  if (reply.error != 0) return reply.error;
  if (const int error = to_error(base::load_be<uint32_t>(&reply.bytes[4]), log_); error != 0) {
    return error;
  }
  map = std::make_unique<Map>();
  map->shape = shape;
  map->table = base::load_be<uint32_t>(&reply.bytes[8]);
  const size_t words = (shape.value_bytes + 3) / 4;
  map->use.assign(words, firmware::WordUse::kUnused);
  map->non_zero.assign(words, false);
  ++maps_in_use_;
  elems_in_use_ += shape.max_entries;
  return 0;
}

int Maps::share(Map& map, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) {
  if (!port_.share_table(map.table, memory, bytes)) return -ENOMEM;
  map.memory = std::move(memory);
  return 0;
}

void Maps::free(std::unique_ptr<Map> map) {
  std::vector<uint8_t> message(control::kFreeBytes);
  base::store_be(&message[4], map->table);
  const Ccm::Reply reply = ccm_.ask(std::move(message), Type::kMapFree, control::kTableReplyBytes);
  if (reply.error != 0) {
    log_(fmt::format("leaking map - I/O error {}", -reply.error));
  } else if (const int error = to_error(base::load_be<uint32_t>(&reply.bytes[4]), log_);
             error != 0) {
    log_(fmt::format("leaking map - FW responded with error {}", -error));
  }
  --maps_in_use_;
  elems_in_use_ -= map->shape.max_entries;
}

std::vector<uint8_t> Maps::request(const Map& map, std::span<const EntryView> entries,
                                   uint32_t count, uint32_t flags) const {
  std::vector<uint8_t> message(slots_.request_bytes(static_cast<unsigned>(entries.size())));
  base::store_be(&message[4], map.table);
  base::store_be(&message[8], count);
  base::store_be(&message[12], flags);
  std::span<uint8_t> place = std::span(message).subspan(control::kEntriesAt);
  for (const EntryView& item : entries) {
    const std::span<uint8_t> value = place.subspan(slots_.key_bytes, item.value.size());
    std::ranges::copy(item.key, place.begin());
    std::ranges::copy(item.value, value.begin());
    swap_atomic_words(map, value);
    place = place.subspan(slots_.entry_bytes());
  }
  return message;
}

// The reply has the entries that it says, and one place more for an error.
Maps::Answer Maps::parse(Ccm::Reply reply) const {
  if (reply.error != 0) return {.error = reply.error};
  Answer answer;
  answer.bytes = std::move(reply.bytes);
  if (answer.bytes.size() < control::kEntriesAt) {
    return {.error = ccm_.refuse(fmt::format("map reply too short {}", answer.bytes.size()))};
  }
  answer.status = base::load_be<uint32_t>(&answer.bytes[4]);
  answer.count = base::load_be<uint32_t>(&answer.bytes[8]);
  const uint64_t places = uint64_t{answer.count} + (answer.status != 0 ? 1 : 0);
  if (answer.bytes.size() != control::kEntriesAt + places * slots_.entry_bytes()) {
    return {.error = ccm_.refuse(fmt::format("map reply of {} bytes does not hold {} entries",
                                             answer.bytes.size(), places))};
  }
  answer.error = to_error(answer.status, log_);
  return answer;
}

Maps::Answer Maps::operate(const Map& map, Type type, const EntryView& item, uint32_t flags) {
  Answer answer = parse(ccm_.ask(request(map, {&item, 1}, 1, flags), type, 0));
  if (answer.error == 0 && answer.count == 0) {
    return {.error = ccm_.refuse("map reply without an entry")};
  }
  return answer;
}

MapCache::Entry Maps::entry(const Map& map, const Answer& answer, uint32_t index) const {
  const uint8_t* at =
      answer.bytes.data() + control::kEntriesAt + size_t{index} * slots_.entry_bytes();
  const uint8_t* value = at + slots_.key_bytes;
  return {{at, at + map.shape.key_bytes}, {value, value + map.shape.value_bytes}};
}

void Maps::swap_atomic_words(const Map& map, std::span<uint8_t> value) const {
  for (size_t word = 0; word < map.use.size() && 4 * word + 4 <= value.size(); ++word) {
    if (map.use[word] != firmware::WordUse::kAtomic) continue;
    uint8_t* at = value.data() + 4 * word;
    base::store_be(at, base::load_le<uint32_t>(at));
  }
}

void Maps::note_update(Map& map, std::span<const uint8_t> value) const {
  for (size_t word = 0; word < map.use.size() && 4 * word + 4 <= value.size(); ++word) {
    if (map.use[word] != firmware::WordUse::kUnused) continue;
    const auto number = base::load_le<uint32_t>(value.data() + 4 * word);
    if (number != base::byte_swap(number)) map.non_zero[word] = true;
  }
}

int Maps::lookup(Map& map, std::span<const uint8_t> key, std::span<uint8_t> value) {
  assert(key.size() == map.shape.key_bytes && value.size() == map.shape.value_bytes);
  enter();
  if (is_large_value(map.shape)) {
    if (const int error = read_large_value(map, key, value); error != 0) return error;
  } else if (const std::vector<uint8_t>* cached = map.cache.lookup(key, port_.now_ps())) {
    std::ranges::copy(*cached, value.begin());
  } else {
    const Answer answer = operate(map, Type::kMapLookup, {key, {}}, 0);
    if (answer.error != 0) return answer.error;
    std::ranges::copy(entry(map, answer, 0).value, value.begin());
  }
  swap_atomic_words(map, value);
  return 0;
}

int Maps::update(Map& map, std::span<const uint8_t> key, std::span<const uint8_t> value,
                 uint64_t flags) {
  assert(key.size() == map.shape.key_bytes && value.size() == map.shape.value_bytes);
  enter();
  if (flags >> 32 != 0) return -EOPNOTSUPP;
  note_update(map, value);
  if (is_large_value(map.shape)) return write_large(map, {key, value}, flags);
  map.cache.block();
  const int error =
      operate(map, Type::kMapUpdate, {key, value}, static_cast<uint32_t>(flags)).error;
  map.cache.unblock();
  return error;
}

int Maps::write_large(const Map& map, const EntryView& item, uint64_t flags) const {
  std::vector<uint8_t> on_card(item.value.begin(), item.value.end());
  swap_atomic_words(map, on_card);
  return write_large_value(map, item.key, on_card, flags);
}

int Maps::remove(Map& map, std::span<const uint8_t> key) {
  assert(key.size() == map.shape.key_bytes);
  enter();
  if (map.shape.type == firmware::kMapTypeArray) return -EINVAL;
  map.cache.block();
  const int error = operate(map, Type::kMapDelete, {key, {}}, 0).error;
  map.cache.unblock();
  return error;
}

unsigned Maps::entries_wanted(const Map& map) const {
  if (!caps_.offered.multi_entry || !cache_enabled || map.memory || map.cache.is_blocked())
    return 1;
  const unsigned fit = (port_.control_mtu() - control::kEntriesAt) / slots_.entry_bytes();
  return std::min(fit, kMostCached);
}

// An error behind good entries is for the next request to meet.
Maps::Answer Maps::walk(const Map& map, std::span<const uint8_t> key, uint32_t count) {
  const Type type = key.empty() ? Type::kMapGetFirst : Type::kMapGetNext;
  const EntryView behind{key, {}};
  Answer answer = parse(ccm_.ask(request(map, {&behind, 1}, count, 0), type, 0));
  if (answer.count > count) {
    return {.error = ccm_.refuse(fmt::format("{} entries, asked for {}", answer.count, count))};
  }
  if (answer.count != 0 && count > 1) {
    answer.error = 0;
  } else if (answer.error == 0 && answer.count == 0) {
    answer.error = ccm_.refuse("map reply without an entry");
  }
  return answer;
}

int Maps::next_key(Map& map, std::span<const uint8_t> key, std::span<uint8_t> next) {
  assert((key.empty() || key.size() == map.shape.key_bytes) && next.size() == map.shape.key_bytes);
  enter();
  if (is_large_value(map.shape)) return next_large_key(key, next);
  if (!key.empty()) {
    if (const std::vector<uint8_t>* cached = map.cache.next_key(key, port_.now_ps())) {
      std::ranges::copy(*cached, next.begin());
      return 0;
    }
  }
  const uint64_t generation = map.cache.generation();
  const Answer answer = walk(map, key, entries_wanted(map));
  if (answer.error != 0) return answer.error;
  std::ranges::copy(entry(map, answer, 0).key, next.begin());
  if (entries_wanted(map) > 1) {
    std::vector<MapCache::Entry> entries;
    for (uint32_t i = 0; i < answer.count; ++i) entries.push_back(entry(map, answer, i));
    map.cache.fill(std::move(entries), generation, port_.now_ps());
  }
  return 0;
}

}  // namespace host::nfp
