// A caller of bpf(2) in this process: its descriptors are entries of a table, its memory is ours.
// SPDX-License-Identifier: Apache-2.0
//
//   PinTable pins;
//   LocalProcess process(system.bpf, pins, {.may_admin = true, .net = {3, 7}});
//   bpf_attr attr = ...;
//   long fd = process.bpf(BPF_MAP_CREATE, &attr);
//
// For tests, benchmarks and commands. Pointers are trusted, but for those into the first 64 KiB, which no process maps: EFAULT.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "host-driver/caller.h"
#include "host-driver/syscall/bpf_syscall.h"

namespace host {

// A file system for pins: paths are taken as they are.
using PinTable = std::map<std::string, ObjectRef>;

class LocalProcess {
 public:
  // Descriptors count from `first_fd`: for a library that closes what it thinks are files, beyond those of the process.
  LocalProcess(Bpf& bpf, PinTable& pins, Credentials credentials, int first_fd = 3);
  ~LocalProcess();
  LocalProcess(const LocalProcess&) = delete;
  LocalProcess& operator=(const LocalProcess&) = delete;

  // As the system call: a descriptor or 0, or -errno.
  long bpf(int command, bpf_attr* attr, uint32_t attr_bytes = sizeof(bpf_attr));

  void close(int fd);
  void close_all();
  // A descriptor of something that is none of ours.
  int open_foreign() { return add({}); }
  int add(ObjectFile file);
  // No object: not open, or foreign.
  ObjectRef object(int fd) const;
  size_t open_files() const { return files_.size(); }

  Caller& caller() { return caller_; }
  const std::string& last_reason() const {
    return reason_;
  }  // of the last refusal that was explained

 private:
  void set_up(PinTable& pins);

  Bpf& bpf_;
  const int first_fd_;
  Caller caller_;
  std::map<int, ObjectFile> files_;
  std::string reason_;
};

}  // namespace host
