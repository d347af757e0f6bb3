// One process that calls bpf(2), for the time of one call: its memory, descriptors, pins and rights.
// SPDX-License-Identifier: Apache-2.0
//
// Front ends fill it in: seccomp supervisor, preload library, tests. Callbacks may be called from the thread of the call only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host-driver/bpf_objects.h"

namespace host {

// A network namespace by its file: st_dev and st_ino of /proc/PID/ns/net.
struct NetNamespace {
  uint64_t dev = 0, ino = 0;
  bool operator==(const NetNamespace&) const = default;
};

struct Credentials {
  bool may_admin = false;  // CAP_SYS_ADMIN, CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON
  uint32_t uid = 0;
  NetNamespace net;
};

// An open file of an object. Only files of maps are ever restricted, by BPF_F_RDONLY and BPF_F_WRONLY.
struct ObjectFile {
  ObjectRef object;
  bool can_read = true, can_write = true;  // as open(2): O_RDONLY, O_WRONLY, O_RDWR
};

struct Caller {
  // False: EFAULT. `to` is then undefined.
  std::function<bool(uint64_t address, std::span<uint8_t> to)> read;
  std::function<bool(uint64_t address, std::span<const uint8_t> from)> write;

  // A new descriptor of the object with O_CLOEXEC, or -errno. The front end holds the reference until it is closed.
  std::function<int(const ObjectFile&)> give_fd;
  // std::nullopt: no open descriptor (EBADF); no object: open, but nothing of ours (EINVAL).
  std::function<std::optional<ObjectFile>(int fd)> identify;

  // Pins: the front end owns the file system. 0, or -errno of the path; the reference is held until the pin is removed.
  std::function<int(const std::string& path, const ObjectRef&)> pin;
  // 0 and the object, or -errno of the path.
  std::function<int(const std::string& path, ObjectRef*)> get_pinned;

  // The perf event behind a descriptor; nullptr: none (EBADF). May be empty: no perf events here.
  std::function<std::shared_ptr<PerfEventFile>(int fd)> perf_event;

  // Told why a call is refused where errno alone cannot say it. May be empty.
  std::function<void(std::string_view reason)> explain;

  Credentials credentials;
};

}  // namespace host
