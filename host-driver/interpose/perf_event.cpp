// Pipe, ring and wakeups of one event.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_event.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <ctime>

#include "base/bits.h"
#include "host-driver/interpose/held_file.h"

namespace interpose {
namespace {

uint64_t now_ns() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

FileId id_of(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 ? FileId{status.st_dev, status.st_ino} : FileId{};
}

}  // namespace

std::shared_ptr<PerfEvent> PerfEvent::create(const PerfRequest& request, uint64_t id) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return nullptr;
  const base::UniqueFd reading_end(ends[0]);
  std::shared_ptr<PerfEvent> event(new PerfEvent(request, id));
  event->writing_end_ = base::UniqueFd(ends[1]);
  event->pipe_id_ = id_of(ends[1]);
  event->is_enabled_ = !request.attr.disabled;
  return event;
}

bool PerfEvent::has(const FileId& file) const {
  const std::lock_guard lock(mutex_);
  return pipe_id_ == file || (ring_ && memory_id_ == file);
}

// For writing as well, or who waits for it would be woken for ever once we, its writer, are gone.
base::UniqueFd PerfEvent::pipe() const {
  const std::string path = "/proc/self/fd/" + std::to_string(writing_end_.get());
  return base::UniqueFd(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

base::UniqueFd PerfEvent::to_wait_for(const FileId& file) const {
  return pipe_id_ == file ? base::UniqueFd() : pipe();
}

int PerfEvent::to_map(const host::MemoryMapping& mapping, base::UniqueFd* out) {
  if ((mapping.protection & PROT_EXEC) != 0) return -EPERM;
  const uint64_t pages = base::round_up(mapping.bytes, PerfRing::kPageBytes) / PerfRing::kPageBytes;
  const bool has_shape = pages == 1 || (pages != 0 && std::has_single_bit(pages - 1));
  if (!has_shape || mapping.offset != 0) return -EINVAL;
  const uint64_t bytes = pages * PerfRing::kPageBytes;
  const std::lock_guard lock(mutex_);
  if (ring_ && ring_->memory().bytes().size() != bytes) {
    if (is_open_elsewhere(lease_.get())) return -EINVAL;
    ring_.reset();  // nobody maps it any more
  }
  if (!ring_) {
    std::shared_ptr<base::SharedMemory> memory = base::SharedMemory::create("perf_event", bytes);
    if (!memory) return -ENOMEM;
    lease_ = memory->open(O_RDWR);
    memory_id_ = id_of(memory->file());
    ring_ = std::make_unique<PerfRing>(std::move(memory), request_.attr, id_,
                                       static_cast<uint32_t>(request_.cpu),
                                       (mapping.protection & PROT_WRITE) == 0);
  }
  *out = ring_->memory().open(O_RDWR);
  return *out ? 0 : -errno;
}

int PerfEvent::control(uint64_t request, uint64_t argument, uint64_t* id) {
  const std::lock_guard lock(mutex_);
  switch (request) {
    case PERF_EVENT_IOC_ENABLE:
    case PERF_EVENT_IOC_REFRESH:
      is_enabled_ = true;
      return 0;
    case PERF_EVENT_IOC_DISABLE:
      is_enabled_ = false;
      return 0;
    case PERF_EVENT_IOC_RESET:
      return 0;
    case PERF_EVENT_IOC_PAUSE_OUTPUT:
      if (!ring_) return -EINVAL;
      is_paused_ = argument != 0;
      return 0;
    case PERF_EVENT_IOC_ID:
      *id = id_;
      return 0;
    case PERF_EVENT_IOC_PERIOD:
    case PERF_EVENT_IOC_SET_OUTPUT:
    case PERF_EVENT_IOC_SET_FILTER:
    case PERF_EVENT_IOC_SET_BPF:
    case PERF_EVENT_IOC_QUERY_BPF:
    case PERF_EVENT_IOC_MODIFY_ATTRIBUTES:
      return -EINVAL;
    default:
      return -ENOTTY;
  }
}

bool PerfEvent::write(std::span<const uint8_t> data) {
  const std::lock_guard lock(mutex_);
  if (!ring_ || !is_enabled_ || is_paused_) return false;
  const bool has_room = ring_->write({data, now_ns()});
  if (ring_->take_wakeup()) wake();
  return has_room;
}

// A pipe without readers would send us SIGPIPE, so for the moment we are one.
void PerfEvent::wake() {
  if (is_signalled_) return;
  const base::UniqueFd reader = pipe();
  const uint8_t byte = 1;
  is_signalled_ = reader && ::write(writing_end_.get(), &byte, 1) == 1;
}

void PerfEvent::settle() {
  const std::lock_guard lock(mutex_);
  if (!is_signalled_ || !ring_ || !ring_->is_empty()) return;
  uint8_t bytes[16];
  is_signalled_ = read(pipe().get(), bytes, sizeof bytes) < 0 && errno != EAGAIN;
}

bool PerfEvent::keep() {
  const std::lock_guard lock(mutex_);
  pollfd end = {writing_end_.get(), 0, 0};
  const bool has_reader = poll(&end, 1, 0) == 0 || (end.revents & POLLERR) == 0;
  if (has_reader || (lease_ && is_open_elsewhere(lease_.get()))) return true;
  ring_.reset();
  return false;
}

}  // namespace interpose
