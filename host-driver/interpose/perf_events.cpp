// The table of events, their two files, and the thread that lets time pass for those who wait.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_events.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>

#include "base/bits.h"
#include "host-driver/interpose/held_file.h"

namespace interpose {
namespace {

constexpr auto kTick = std::chrono::milliseconds(1);
constexpr unsigned kTicksBetweenCollections = 100;
constexpr uint64_t kFlags = PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT | PERF_FLAG_FD_CLOEXEC;
constexpr uint64_t kSampleTypes =
    (uint64_t{1} << 25) - 1;  // of Linux 6.1: up to PERF_SAMPLE_WEIGHT_STRUCT

uint64_t now_ns() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

FileId id_of(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 ? FileId{status.st_dev, status.st_ino} : FileId{};
}

// As perf_copy_attr(): a short attr ends in zeros, what we do not know has to be zero.
int read_attr(std::span<const uint8_t> bytes, perf_event_attr* attr) {
  if (bytes.size() < PERF_ATTR_SIZE_VER0) return -E2BIG;
  const size_t known = std::min(bytes.size(), sizeof *attr);
  std::memcpy(attr, bytes.data(), known);
  const auto tail = bytes.subspan(known);
  return std::ranges::all_of(tail, [](uint8_t byte) { return byte == 0; }) ? 0 : -E2BIG;
}

int check(const PerfRequest& request) {
  const perf_event_attr& attr = request.attr;
  const auto processors = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  if ((request.flags & ~kFlags) != 0 || (attr.sample_type & ~kSampleTypes) != 0) return -EINVAL;
  if (request.cpu >= processors || request.cpu < -1 || (request.cpu == -1 && request.pid == -1))
    return -EINVAL;
  if (request.group != -1) return -EBADF;
  const bool is_known = (attr.sample_type & ~PerfRing::kSampleTypes) == 0 && !attr.write_backward;
  return is_known ? 0 : -EOPNOTSUPP;
}

}  // namespace

struct PerfEvents::Event {
  // The pipe, opened anew: for writing as well, or who waits for it would be woken for ever once we, its writer, are gone.
  base::UniqueFd reading_end() const {
    const std::string path = "/proc/self/fd/" + std::to_string(pipe.get());
    return base::UniqueFd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }
  bool is_held() const {
    pollfd end = {pipe.get(), 0, 0};
    const bool has_reader = poll(&end, 1, 0) == 0 || (end.revents & POLLERR) == 0;
    return has_reader || (lease && is_open_elsewhere(lease.get()));
  }
  bool write(std::span<const uint8_t> data);
  void wake();
  void settle();

  uint64_t id = 0, client = 0;
  PerfRequest request;
  FileId pipe_id, memory_id;

  mutable std::mutex mutex;  // of what follows
  base::UniqueFd pipe;       // the writing end
  base::UniqueFd lease;      // on the memory
  std::unique_ptr<PerfRing> ring;
  bool is_enabled = true, is_paused = false;
  bool is_signalled = false;  // the pipe has a byte in it
};

bool PerfEvents::Event::write(std::span<const uint8_t> data) {
  const std::lock_guard lock(mutex);
  if (!ring || !is_enabled || is_paused) return false;
  const bool has_room = ring->write({data, now_ns()});
  if (ring->take_wakeup()) wake();
  return has_room;
}

// A pipe without readers would send us SIGPIPE, so for the moment we are one.
void PerfEvents::Event::wake() {
  if (is_signalled) return;
  const base::UniqueFd reader = reading_end();
  const uint8_t byte = 1;
  is_signalled = reader && ::write(pipe.get(), &byte, 1) == 1;
}

void PerfEvents::Event::settle() {
  const std::lock_guard lock(mutex);
  if (!is_signalled || !ring || !ring->is_empty()) return;
  uint8_t bytes[16];
  is_signalled = read(reading_end().get(), bytes, sizeof bytes) < 0 && errno != EAGAIN;
}

PerfEvents::~PerfEvents() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

int PerfEvents::open(std::span<const uint8_t> bytes, PerfRequest request, uint64_t client,
                     base::UniqueFd* out) {
  if (const int error = read_attr(bytes, &request.attr); error != 0) return error;
  if (request.attr.type != PERF_TYPE_SOFTWARE || request.attr.config != PERF_COUNT_SW_BPF_OUTPUT)
    return kNotOurs;
  if (const int error = check(request); error != 0) return error;
  collect();
  const std::lock_guard lock(mutex_);
  const auto held = std::ranges::count_if(
      events_, [&](const auto& entry) { return entry.second->client == client; });
  if (static_cast<size_t>(held) >= limits_.objects) return -ENFILE;
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
  const base::UniqueFd first_reader(ends[0]);
  const auto event = std::make_shared<Event>();
  event->pipe = base::UniqueFd(ends[1]);
  event->pipe_id = id_of(ends[0]);
  event->id = ++last_id_;
  event->client = client;
  event->request = request;
  event->is_enabled = !request.attr.disabled;
  *out = event->reading_end();
  if (!*out) return -errno;
  events_[event->id] = event;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return 0;
}

PerfEvents::Ref PerfEvents::find(const FileId& file) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, event] : events_) {
    const std::lock_guard guard(event->mutex);
    if (event->pipe_id == file || (event->ring && event->memory_id == file)) return event;
  }
  return nullptr;
}

base::UniqueFd PerfEvents::to_wait_for(const FileId& file) {
  const Ref event = find(file);
  if (!event) return {};
  const std::lock_guard lock(event->mutex);
  return event->pipe_id == file ? base::UniqueFd() : event->reading_end();
}

int PerfEvents::to_map(const FileId& file, const host::MemoryMapping& mapping,
                       base::UniqueFd* out) {
  const Ref event = find(file);
  if (!event) return kNotOurs;
  if ((mapping.protection & PROT_EXEC) != 0) return -EPERM;
  const uint64_t pages = base::round_up(mapping.bytes, PerfRing::kPageBytes) / PerfRing::kPageBytes;
  const bool has_shape = pages == 1 || (pages != 0 && std::has_single_bit(pages - 1));
  if (mapping.bytes > limits_.map_bytes) return -EPERM;  // as beyond RLIMIT_MEMLOCK
  if (!has_shape || mapping.offset != 0) return -EINVAL;
  const uint64_t bytes = pages * PerfRing::kPageBytes;
  const std::lock_guard lock(event->mutex);
  if (event->ring && event->ring->memory().bytes().size() != bytes) {
    if (is_open_elsewhere(event->lease.get())) return -EINVAL;
    event->ring.reset();  // nobody maps it any more
  }
  if (!event->ring) {
    std::shared_ptr<base::SharedMemory> memory = base::SharedMemory::create("perf_event", bytes);
    if (!memory) return -ENOMEM;
    event->lease = memory->open(O_RDWR);
    event->memory_id = id_of(memory->file());
    event->ring = std::make_unique<PerfRing>(std::move(memory), event->request.attr, event->id,
                                             static_cast<uint32_t>(event->request.cpu),
                                             (mapping.protection & PROT_WRITE) == 0);
  }
  *out = event->ring->memory().open(O_RDWR);
  return *out ? 0 : -errno;
}

int PerfEvents::control(const FileId& file, uint64_t request, uint64_t argument, uint64_t* id) {
  const Ref event = find(file);
  if (!event) return kNotOurs;
  const std::lock_guard lock(event->mutex);
  switch (request) {
    case PERF_EVENT_IOC_ENABLE:
    case PERF_EVENT_IOC_REFRESH:
      event->is_enabled = true;
      return 0;
    case PERF_EVENT_IOC_DISABLE:
      event->is_enabled = false;
      return 0;
    case PERF_EVENT_IOC_RESET:
      return 0;
    case PERF_EVENT_IOC_PAUSE_OUTPUT:
      if (!event->ring) return -EINVAL;
      event->is_paused = argument != 0;
      return 0;
    case PERF_EVENT_IOC_ID:
      *id = event->id;
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

std::shared_ptr<host::PerfEventFile> PerfEvents::file(const FileId& file) {
  const Ref event = find(file);
  if (!event) return nullptr;
  auto out = std::make_shared<host::PerfEventFile>();
  out->cpu = event->request.cpu;
  out->write = [event](std::span<const uint8_t> record) { return event->write(record); };
  return out;
}

void PerfEvents::collect() {
  const std::lock_guard lock(mutex_);
  std::erase_if(events_, [](const auto& entry) {
    const std::lock_guard guard(entry.second->mutex);
    if (entry.second->is_held()) return false;
    entry.second->ring.reset();  // a map may refer to the event still
    return true;
  });
}

void PerfEvents::run() {
  std::unique_lock lock(mutex_);
  for (unsigned tick = 0;; ++tick) {
    changed_.wait(lock, [this] { return stops_ || !events_.empty(); });
    changed_.wait_for(lock, kTick, [this] { return stops_; });
    if (stops_) return;
    lock.unlock();
    catch_up_();
    if (tick % kTicksBetweenCollections == 0) collect();
    lock.lock();
    for (const auto& [id, event] : events_) event->settle();
  }
}

}  // namespace interpose
