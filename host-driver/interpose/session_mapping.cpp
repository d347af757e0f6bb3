// Requests about what is mapped into memory or waited for: mmap(2) of maps, and perf events.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "host-driver/interpose/memory_records.h"
#include "host-driver/interpose/session.h"

namespace interpose {

Message Session::with_given(Message reply) {
  if (given_ && reply.word[0] >= 0) {
    reply.fds.push_back(std::move(given_));
    reply.word[1] = replaced_ + 1;
  }
  return reply;
}

Message Session::map_memory(const Message& request) {
  know_file(request);
  const host::MemoryMapping mapping = {static_cast<uint64_t>(request.word[1]),
                                       static_cast<uint64_t>(request.word[5]),
                                       static_cast<int>(request.word[0])};
  int error = 0;
  if (const std::shared_ptr<PerfEvent> event = services_.perf_events.find(known_file_)) {
    // As beyond RLIMIT_MEMLOCK.
    const bool is_too_large = mapping.bytes > services_.perf_events.limits().map_bytes;
    error = is_too_large ? -EPERM : event->to_map(mapping, &given_);
  } else {
    const std::optional<host::ObjectFile> file = identify(known_fd_);
    if (!file || file->object.index() == 0) return pass();
    error = host::check_mapping(*file, mapping);
  }
  if (error != 0) return done(error);
  replaced_ = known_fd_;
  return with_given(pass());
}

Message Session::perf_open(const Message& request) {
  if ((mode_ & kModeHybrid) != 0) return pass();
  PerfRequest wanted;
  wanted.pid = static_cast<int>(request.word[0]);
  wanted.cpu = static_cast<int>(request.word[1]);
  wanted.group = static_cast<int>(request.word[5]);
  wanted.flags = static_cast<uint64_t>(request.word[6]);
  const int error = services_.perf_events.open(request.data, wanted, client_, &given_);
  if (error == PerfEvents::kNotOurs) return pass();
  return may_admin(request) ? with_given(done(error)) : done(-EACCES);
}

// The event behind a descriptor that goes into a map; those who wait for it come next.
std::shared_ptr<host::PerfEventFile> Session::perf_event(int fd) {
  const std::optional<FileId> file = file_of(fd, nullptr);
  const std::shared_ptr<PerfEvent> event = file ? services_.perf_events.find(*file) : nullptr;
  if (!event) return nullptr;
  given_ = event->to_wait_for(*file);
  replaced_ = fd;
  return services_.perf_events.file(*file);
}

Message Session::perf_control(const Message& request) {
  know_file(request);
  const std::shared_ptr<PerfEvent> event = services_.perf_events.find(known_file_);
  if (!event) return pass();
  given_ = event->to_wait_for(known_file_);
  replaced_ = known_fd_;
  if (request.word[0] == 0) return with_given(pass());
  uint64_t id = 0;
  Message reply = done(event->control(static_cast<uint64_t>(request.word[0]),
                                      static_cast<uint64_t>(request.word[1]), &id));
  if (id != 0) {
    uint8_t bytes[sizeof id];
    base::store_le(bytes, id);
    append_record(reply.data, static_cast<uint64_t>(request.word[1]), bytes);
  }
  return with_given(std::move(reply));
}

}  // namespace interpose
