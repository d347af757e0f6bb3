// The process that made a call: its memory, descriptors, paths and network namespace, seen from outside or from within.
// SPDX-License-Identifier: Apache-2.0
//
// Everything goes through /proc and process_vm_readv, which work on one's own process as well, so the supervisor and the
// preload library share this file. Errors are negative errno.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/unique_fd.h"

namespace interpose {

// A file by its device and inode.
struct FileId {
  uint64_t dev = 0, ino = 0;
  bool operator==(const FileId&) const = default;
};

struct MemoryPiece {
  uint64_t address = 0;
  std::span<const uint8_t> bytes;
};

class Target {
 public:
  // `thread` may be any thread of the process. `is_waiting` says whether it still waits for the answer to its call: its id
  // may belong to another process by now, so what was read counts only when this is true afterwards.
  Target(int thread, std::function<bool()> is_waiting)
      : thread_(thread), is_waiting_(std::move(is_waiting)) {}

  bool read(uint64_t address, std::span<uint8_t> to) const;
  // Without asking whether the process still waits: for several reads, before one is_waiting().
  bool peek(uint64_t address, std::span<uint8_t> to) const;
  bool is_waiting() const { return is_waiting_(); }
  bool write(uint64_t address, std::span<const uint8_t> from) const;
  bool write(std::span<const MemoryPiece> pieces) const;
  // A path of at most PATH_MAX bytes; empty: unreadable or too long.
  std::string read_path(uint64_t address) const;

  // As peek(), not as read().
  std::optional<FileId> identify(int fd, int* access_mode) const;
  bool closes_on_exec(int fd) const;  // as peek()
  // A descriptor of our own for the same open file; none: errno says why.
  base::UniqueFd duplicate(int fd) const;
  // What a path of the process is here, through its root and current folder; `folder` as in openat(2).
  std::string outside(int folder, const std::string& path) const;
  // A path below /proc/self as the process would see it.
  std::string process_path(const std::string& rest) const { return proc(rest); }
  FileId net_namespace() const;
  uint32_t uid() const;  // effective
  // `set` is a name of proc(5): CapEff, CapPrm, CapInh, CapBnd. 0: it cannot be read.
  uint64_t capabilities(const char* set) const;
  bool has_no_new_privileges() const { return field("status", "NoNewPrivs") == "1"; }
  // Whether the id, as the process itself sees ids, is its own or that of the calling thread.
  bool is_process(int id) const;

 private:
  std::string proc(const std::string& rest) const;
  std::string field(const std::string& file, const char* name) const;  // of a file below proc()

  int thread_;
  std::function<bool()> is_waiting_;
};

}  // namespace interpose
