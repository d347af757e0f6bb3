// Writes control requests and reads replies, for tests of the card and of the driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bits.h"
#include "fpc/firmware/control.h"

namespace harness {

using Bytes = std::vector<uint8_t>;

inline uint32_t word(const std::vector<uint8_t>& bytes, size_t at) {
  return at + 4 <= bytes.size() ? base::load_be<uint32_t>(bytes.data() + at) : ~uint32_t{0};
}

inline std::vector<uint8_t> request(firmware::control::Type type, size_t bytes) {
  std::vector<uint8_t> message(bytes);
  message[0] = static_cast<uint8_t>(type);
  message[1] = firmware::control::kVersion;
  return message;
}

inline std::vector<uint8_t> alloc_request(unsigned type, unsigned key, unsigned value,
                                          unsigned entries) {
  auto message = request(firmware::control::Type::kMapAlloc, firmware::control::kAllocBytes);
  base::store_be<uint32_t>(&message[4], key);
  base::store_be<uint32_t>(&message[8], value);
  base::store_be<uint32_t>(&message[12], entries);
  base::store_be<uint32_t>(&message[16], type);
  return message;
}

inline std::vector<uint8_t> free_request(unsigned table) {
  auto message = request(firmware::control::Type::kMapFree, firmware::control::kFreeBytes);
  base::store_be<uint32_t>(&message[4], table);
  return message;
}

using KeysAndValues = std::vector<std::pair<Bytes, Bytes>>;

// The rest of the entries' slots is zero.
inline Bytes entries_request(const firmware::control::Slots& slots, firmware::control::Type type,
                             unsigned table, const KeysAndValues& entries, uint32_t count,
                             unsigned flags = 0) {
  Bytes message = request(type, slots.request_bytes(static_cast<unsigned>(entries.size())));
  base::store_be<uint32_t>(&message[4], table);
  base::store_be<uint32_t>(&message[8], count);
  base::store_be<uint32_t>(&message[12], flags);
  auto at = message.begin() + firmware::control::kEntriesAt;
  for (const auto& [key, value] : entries) {
    std::ranges::copy(key, at);
    std::ranges::copy(value, at + slots.key_bytes);
    at += slots.entry_bytes();
  }
  return message;
}

inline Bytes entry_request(const firmware::control::Slots& slots, firmware::control::Type type,
                           unsigned table, const Bytes& key, const Bytes& value, unsigned count = 1,
                           unsigned flags = 0) {
  return entries_request(slots, type, table, {{key, value}}, count, flags);
}

inline std::vector<uint8_t> op_request(const firmware::control::Slots& slots,
                                       firmware::control::Type type, unsigned table, uint32_t key,
                                       uint64_t value, unsigned count = 1, unsigned flags = 0) {
  Bytes key_bytes(sizeof key), value_bytes(sizeof value);
  base::store_le(key_bytes.data(), key);
  base::store_le(value_bytes.data(), value);
  return entry_request(slots, type, table, key_bytes, value_bytes, count, flags);
}

struct Entries {
  firmware::control::Status status{};
  KeysAndValues list;
};

// Of a map operation; a length that does not fit the counts gives status 99.
inline Entries parse_entries(const Bytes& bytes, const firmware::control::Slots& slots,
                             size_t key_bytes, size_t value_bytes) {
  Entries entries;
  entries.status = static_cast<firmware::control::Status>(word(bytes, 4));
  const uint64_t count = word(bytes, 8);
  const bool is_error = entries.status != firmware::control::Status::kOk;
  if (bytes.size() !=
      firmware::control::kEntriesAt + slots.entry_bytes() * (count + (is_error ? 1 : 0))) {
    entries.status = static_cast<firmware::control::Status>(99);
    return entries;
  }
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t* key = bytes.data() + firmware::control::kEntriesAt + slots.entry_bytes() * i;
    const uint8_t* value = key + slots.key_bytes;
    entries.list.push_back({{key, key + key_bytes}, {value, value + value_bytes}});
  }
  return entries;
}

struct Reply {
  firmware::control::Status status{};
  std::vector<uint32_t> keys;
  std::vector<uint64_t> values;
};

// The same with keys of 4 bytes and values of 8.
inline Reply parse_reply(const Bytes& bytes, const firmware::control::Slots& slots) {
  const Entries entries = parse_entries(bytes, slots, sizeof(uint32_t), sizeof(uint64_t));
  Reply reply{entries.status, {}, {}};
  for (const auto& [key, value] : entries.list) {
    reply.keys.push_back(base::load_le<uint32_t>(key.data()));
    reply.values.push_back(base::load_le<uint64_t>(value.data()));
  }
  return reply;
}

}  // namespace harness
