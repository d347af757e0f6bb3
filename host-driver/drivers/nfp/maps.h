// Map offload: resource rules, operations as control messages, byte order of atomic words, the cache of multi-entry replies.
// SPDX-License-Identifier: Apache-2.0
//
// Results are 0 or a negative errno, as the kernel's map operations give them. Every call takes the host's time for a bpf(2) call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "fpc/firmware/image.h"
#include "host-driver/drivers/nfp/capabilities.h"
#include "host-driver/drivers/nfp/ccm.h"
#include "host-driver/drivers/nfp/map_cache.h"
#include "host-driver/netdev_offload.h"

namespace host::nfp {

struct MapShape {
  uint32_t type = 0, key_bytes = 0, value_bytes = 0, max_entries = 0, flags = 0;
  bool is_mappable = false;  // for share()
};

struct Map {
  MapShape shape;
  uint32_t table = 0;                  // the firmware's id
  std::vector<firmware::WordUse> use;  // of each word of a value, by programs that were offloaded
  std::vector<bool> non_zero;  // user space wrote what byte order matters for, before any use
  MapCache cache;
  std::shared_ptr<uint8_t[]> memory;  // of the entries, when user space sees them in it
};

class Maps {
 public:
  Maps(nic::HostPort& port, Ccm& ccm, const Capabilities& caps, Log log)
      : port_(port), ccm_(ccm), caps_(caps), log_(std::move(log)), slots_(caps.slots()) {}

  int alloc(const MapShape& shape, std::unique_ptr<Map>& map);
  void free(std::unique_ptr<Map> map);  // a table that the card does not give back leaks there

  // User space sees the entries in this memory from now on, and they are not cached.
  int share(Map& map, std::shared_ptr<uint8_t[]> memory, uint64_t bytes);

  int lookup(Map& map, std::span<const uint8_t> key, std::span<uint8_t> value);
  int update(Map& map, std::span<const uint8_t> key, std::span<const uint8_t> value,
             uint64_t flags);
  int remove(Map& map, std::span<const uint8_t> key);
  // No key: the first one.
  int next_key(Map& map, std::span<const uint8_t> key, std::span<uint8_t> next);

  // What a card's own driver does not have: many entries with one call (relaxed mode). `from` empty: from the first entry.
  // Up to `most` entries behind `from`; -ENOENT when they end, after the last of them.
  int lookup_batch(Map& map, std::span<const uint8_t> from, unsigned most, const EntryVisit& visit);
  // End with the first error; `done` counts the entries before it. Entries behind it that were on their way may be done.
  int update_batch(Map& map, std::span<const EntryView> entries, uint64_t flags, size_t& done);
  int delete_batch(Map& map, std::span<const EntryView> keys, size_t& done);

  // Records how a program uses the words of a value. False with the driver's words: it must not.
  bool claim_use(Map& map, std::span<const firmware::WordUse> use, std::string& why) const;

  uint32_t maps_in_use() const { return maps_in_use_; }
  uint32_t elems_in_use() const { return elems_in_use_; }
  bool cache_enabled = true;  // off: as with a firmware that gives one entry a reply

 private:
  struct Answer {
    int error = 0;
    uint32_t status = 0, count = 0;
    std::vector<uint8_t> bytes = {};
  };
  void enter();  // the system call's own time
  int check(const MapShape& shape) const;
  int check_sizes(const MapShape& shape) const;
  int write_large(const Map& map, const EntryView& item, uint64_t flags) const;
  unsigned entries_wanted(const Map& map) const;
  std::vector<uint8_t> request(const Map& map, std::span<const EntryView> entries, uint32_t count,
                               uint32_t flags) const;
  Answer operate(const Map& map, firmware::control::Type type, const EntryView& item,
                 uint32_t flags);
  Answer parse(Ccm::Reply reply) const;
  Answer parse_changes(Ccm::Reply reply, size_t sent) const;
  Answer walk(const Map& map, std::span<const uint8_t> key, uint32_t count);
  int change_batch(Map& map, firmware::control::Type type, std::span<const EntryView> entries,
                   uint32_t flags, size_t& done);
  MapCache::Entry entry(const Map& map, const Answer& answer, uint32_t index) const;
  void swap_atomic_words(const Map& map, std::span<uint8_t> value) const;
  void note_update(Map& map, std::span<const uint8_t> value) const;

  nic::HostPort& port_;
  Ccm& ccm_;
  const Capabilities& caps_;
  Log log_;
  firmware::control::Slots slots_;
  uint32_t maps_in_use_ = 0, elems_in_use_ = 0;
};

}  // namespace host::nfp
