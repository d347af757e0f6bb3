// The table of all objects: makes them, finds them by id, and frees what nobody refers to any more.
// SPDX-License-Identifier: Apache-2.0
//
// The last reference to an object may be dropped anywhere, under any lock. The object then leaves the table at once, but is
// freed by settle(), which every call of bpf(2) and of the network begins and ends with, since freeing takes RTNL and the
// devices lock. A front end that closes descriptors calls settle() afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "host-driver/bpf_objects.h"

namespace host {

class Objects {
 public:
  // Ids count from `first_id`, each kind by itself.
  explicit Objects(uint32_t first_id = 1);
  // No reference is left.
  ~Objects();
  Objects(const Objects&) = delete;
  Objects& operator=(const Objects&) = delete;

  // Objects that no id names yet.
  ProgRef new_prog() { return make<bpf_prog>(); }
  MapRef new_map() { return make<bpf_map>(); }
  BtfRef new_btf() { return make<btf>(); }
  LinkRef new_link() { return make<bpf_link>(); }

  // Gives the object an id, by which it is found from now on.
  void publish(const ObjectRef& object);

  // The lowest id above `start` of an object that is alive; 0: none. Orphans are not found by their ids.
  uint32_t next_id(ObjectKind kind, uint32_t start) const;
  ObjectRef find(ObjectKind kind, uint32_t id) const;
  size_t count(ObjectKind kind) const;

  // Frees what waits, and what that held. No lock is held.
  void settle();

 private:
  struct Table {
    uint32_t last_id = 0;
    std::map<uint32_t, std::weak_ptr<void>> by_id;
  };
  struct Waiting;

  template <typename T>
  std::shared_ptr<T> make();
  template <typename T>
  void retire(T* object);
  void give_id(ObjectKind kind, uint32_t* id, std::weak_ptr<void> object);

  mutable std::mutex mutex_;
  const uint32_t first_id_;
  std::array<Table, kObjectKinds> tables_;
  std::unique_ptr<Waiting> waiting_;
};

}  // namespace host
