// What is mapped into memory or waited for: mmap(2) of maps, and perf events.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host-driver/interpose/traps.h"

namespace interpose {

bool is_shared_file_mapping(uint64_t flags, int fd) { return (flags & MAP_SHARED) != 0 && fd >= 0; }

bool is_perf_ioctl(uint64_t request) { return (request & kIoctlTypeMask) == kPerfIoctlType; }

bool tell_file(Message& request, const Target& target, int fd) {
  int access_mode = 0;
  const std::optional<FileId> file = target.identify(fd, &access_mode);
  request.word[6] = -1;
  if (!file) return false;
  request.word[6] = fd;
  request.word[7] = static_cast<int64_t>(file->dev);
  request.word[8] = static_cast<int64_t>(file->ino);
  request.word[9] = access_mode;
  return true;
}

Outcome Traps::about_file(Message request, int fd, const Target& target) {
  if (!tell_file(request, target, fd) || !target.is_waiting()) return Outcome::pass();
  std::optional<Message> reply = client_.call(std::move(request), target);
  return reply ? finish(std::move(*reply), target) : Outcome::pass();
}

Outcome Traps::trap_mmap(const Call& call, const Target& target) {
  if (!is_shared_file_mapping(call.arg[3], call.fd(4))) return Outcome::pass();
  Message request;
  request.verb = Verb::kMap;
  request.word[0] = static_cast<int>(call.arg[2]);
  request.word[1] = static_cast<int64_t>(call.arg[1]);
  request.word[5] = static_cast<int64_t>(call.arg[5]);
  return about_file(std::move(request), call.fd(4), target);
}

Outcome Traps::perf_control(int fd, uint64_t number, uint64_t argument, const Target& target) {
  Message request;
  request.verb = Verb::kPerfControl;
  request.word[0] = static_cast<int64_t>(number);
  request.word[1] = static_cast<int64_t>(argument);
  return about_file(std::move(request), fd, target);
}

// The descriptor must be one that can be waited for by then.
Outcome Traps::trap_epoll_ctl(const Call& call, const Target& target) {
  if (call.fd(1) != EPOLL_CTL_ADD) return Outcome::pass();
  return perf_control(call.fd(2), 0, 0, target);
}

Outcome Traps::trap_perf_event_open(const Call& call, const Target& target) {
  constexpr uint32_t kLargestAttr = 4096;  // as the kernel
  perf_event_attr head = {};
  std::array<uint8_t, PERF_ATTR_SIZE_VER0> start;
  if (!target.read(call.arg[0], start)) return Outcome::pass();
  std::memcpy(&head, start.data(), start.size());
  if (head.type != PERF_TYPE_SOFTWARE || head.config != PERF_COUNT_SW_BPF_OUTPUT)
    return Outcome::pass();
  if (head.size == 0) head.size = PERF_ATTR_SIZE_VER0;
  if (head.size > kLargestAttr) return Outcome::pass();
  Message request;
  request.verb = Verb::kPerfOpen;
  request.word[0] = call.fd(1);
  request.word[1] = call.fd(2);
  request.word[5] = call.fd(3);
  request.word[6] = static_cast<int64_t>(call.arg[4]);
  request.data.resize(head.size);
  if (!target.read(call.arg[0], request.data)) return Outcome::result(-EFAULT);
  std::optional<Message> reply = client_.call(std::move(request), target);
  if (!reply) return Outcome::pass();
  Outcome outcome = finish(std::move(*reply), target);
  outcome.closes_on_exec = (call.arg[4] & PERF_FLAG_FD_CLOEXEC) != 0;
  return outcome;
}

}  // namespace interpose
