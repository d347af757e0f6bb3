// The table of events, and the thread that lets time pass for those who wait.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_events.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace interpose {
namespace {

constexpr auto kTick = std::chrono::milliseconds(1);
constexpr unsigned kTicksBetweenCollections = 100;
constexpr uint64_t kFlags = PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT | PERF_FLAG_FD_CLOEXEC;
constexpr uint64_t kSampleTypes = (uint64_t{PERF_SAMPLE_WEIGHT_STRUCT} << 1) - 1;  // of Linux 6.1

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

PerfEvents::~PerfEvents() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

int PerfEvents::open(std::span<const uint8_t> attr, PerfRequest request, uint64_t client,
                     base::UniqueFd* out) {
  if (const int error = read_attr(attr, &request.attr); error != 0) return error;
  if (request.attr.type != PERF_TYPE_SOFTWARE || request.attr.config != PERF_COUNT_SW_BPF_OUTPUT)
    return kNotOurs;
  if (const int error = check(request); error != 0) return error;
  const std::lock_guard lock(mutex_);
  collect();
  const auto held =
      std::ranges::count_if(entries_, [&](const Entry& entry) { return entry.client == client; });
  if (static_cast<size_t>(held) >= limits_.objects) return -ENFILE;
  std::shared_ptr<PerfEvent> event = PerfEvent::create(request, ++last_id_);
  if (!event) return -errno;
  *out = event->pipe();
  if (!*out) return -errno;
  entries_.push_back({std::move(event), client});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return 0;
}

std::shared_ptr<PerfEvent> PerfEvents::find(const FileId& file) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.event->has(file); });
  return found == entries_.end() ? nullptr : found->event;
}

std::shared_ptr<host::PerfEventFile> PerfEvents::file(const FileId& file) const {
  const std::shared_ptr<PerfEvent> event = find(file);
  if (!event) return nullptr;
  auto out = std::make_shared<host::PerfEventFile>();
  out->cpu = event->cpu();
  out->write = [event](std::span<const uint8_t> record) { return event->write(record); };
  return out;
}

void PerfEvents::collect() {
  std::erase_if(entries_, [](const Entry& entry) { return !entry.event->keep(); });
}

void PerfEvents::run() {
  std::unique_lock lock(mutex_);
  for (unsigned tick = 0;; ++tick) {
    changed_.wait(lock, [this] { return stops_ || !entries_.empty(); });
    changed_.wait_for(lock, kTick, [this] { return stops_; });
    if (stops_) return;
    lock.unlock();
    catch_up_();
    lock.lock();
    if (tick % kTicksBetweenCollections == 0) collect();
    for (const Entry& entry : entries_) entry.event->settle();
  }
}

}  // namespace interpose
