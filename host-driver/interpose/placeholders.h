// What descriptors and pins of simulated objects are: open files of one regular file per object, and links to it.
// SPDX-License-Identifier: Apache-2.0
//
// The file is empty, but that of an array that can be mapped is the memory of its entries (docs/decisions/0041).
//
// The kernel does the counting. A descriptor may be duplicated, inherited, sent over a socket or lost with its process: when the
// last is closed, inotify reports it, and a write lease (given only when nobody else has the file open) makes sure. A pin is a
// symbolic link whose own inode is watched, so that it may be renamed, and goes when it is deleted or its file system unmounted.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "host-driver/caller.h"
#include "host-driver/interpose/target.h"

namespace interpose {

// What one client may hold; the bytes are those of map entries.
struct ClientLimits {
  size_t objects = 4096;
  uint64_t map_bytes = uint64_t{1} << 30;
};

class Placeholders {
 public:
  // In `folder`, which exists and is ours alone. Error: kIo, kUnsupported when its file system has no leases.
  static base::Result<std::unique_ptr<Placeholders>> create(const std::string& folder,
                                                            ClientLimits limits);
  ~Placeholders();

  // A new open file; `client` answers for the object from its first file on. -errno: ENFILE beyond the client's limits.
  int open(const host::ObjectFile& file, uint64_t client, base::UniqueFd* out);
  host::ObjectRef find(const FileId& file) const;
  // Empty: the object has no file.
  std::string path(const host::ObjectRef& object) const;
  // `link` is the pin itself, opened with O_PATH. 0 or -errno.
  int add_pin(const host::ObjectRef& object, const base::UniqueFd& link);
  // Of maps that the client answers for.
  uint64_t map_bytes(uint64_t client) const;
  const ClientLimits& limits() const { return limits_; }

  // Held while a file goes to its client, until our own copy is closed: collect() waits for it, or it would find the file in use
  // that its client has closed already.
  std::shared_lock<std::shared_mutex> hand_over() { return std::shared_lock(on_its_way_); }
  // Drops what nobody holds any more; true: something went, and the object table should settle. To be called again a little later
  // after an event, which comes just before the kernel counts a file as closed.
  bool collect();
  int event_fd() const { return events_.get(); }

 private:
  using Key = std::pair<host::ObjectKind, uint32_t>;
  struct Entry {
    host::ObjectRef object;
    base::UniqueFd own;  // asks for leases
    std::string path;
    FileId file;
    int watch = -1;
    int pins = 0;
    uint64_t client = 0;
  };
  Placeholders(std::string folder, ClientLimits limits)
      : folder_(std::move(folder)), limits_(limits) {}
  int make(const Key& key, const host::ObjectFile& file, uint64_t client);
  void read_events();
  void handle(int watch, uint32_t mask);
  void remove_file(const Entry& entry) const;
  bool drop_if_unused(const Key& key);

  const std::string folder_;
  const ClientLimits limits_;
  base::UniqueFd events_;
  std::shared_mutex on_its_way_;
  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::map<std::pair<uint64_t, uint64_t>, Key> by_file_;
  std::map<int, Key> by_watch_;      // of files
  std::map<int, Key> pin_by_watch_;  // of links
  std::set<Key> closed_;             // had a close event, and are still held
  bool dropped_ = false;
};

}  // namespace interpose
