// Perf events of clients that read what programs of the card send: software events of kind BPF_OUTPUT, and no others.
// SPDX-License-Identifier: Apache-2.0
//
// A descriptor of an event is two files in turn, since the kernel has none that can be both mapped and waited for without rights:
// the reading end of a pipe, which has a byte in it while the reader has not seen everything; and, from a call of mmap(2) to the
// next call that concerns it, the memory of the ring. An event lives as long as somebody holds one of the two (docs/decisions/0043).
#pragma once

#include <linux/perf_event.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/unique_fd.h"
#include "host-driver/bpf_objects.h"
#include "host-driver/interpose/perf_ring.h"
#include "host-driver/interpose/placeholders.h"
#include "host-driver/syscall/map_mapping.h"

namespace interpose {

// What perf_event_open(2) was told.
struct PerfRequest {
  perf_event_attr attr = {};
  int pid = -1, cpu = -1, group = -1;
  uint64_t flags = 0;
};

class PerfEvents {
 public:
  // `catch_up` lets the card live up to now; it is called every millisecond while there are events.
  PerfEvents(ClientLimits limits, std::function<void()> catch_up)
      : limits_(limits), catch_up_(std::move(catch_up)) {}
  ~PerfEvents();

  // `attr` as it came. 0 and the descriptor; -errno; kNotOurs: an event of another kind.
  static constexpr int kNotOurs = 1;
  int open(std::span<const uint8_t> attr, PerfRequest request, uint64_t client,
           base::UniqueFd* out);

  // What the descriptor is to become before the call goes on; none: it is that already, or no event.
  base::UniqueFd to_wait_for(const FileId& file);
  // 0, and what it is to become before mmap(2) goes on; -errno; kNotOurs.
  int to_map(const FileId& file, const host::MemoryMapping& mapping, base::UniqueFd* out);
  // ioctl(2): 0 or -errno; kNotOurs. `id` is what PERF_EVENT_IOC_ID writes.
  int control(const FileId& file, uint64_t request, uint64_t argument, uint64_t* id);
  // For an entry of a map; nullptr: no event.
  std::shared_ptr<host::PerfEventFile> file(const FileId& file);

 private:
  struct Event;
  using Ref = std::shared_ptr<Event>;
  Ref find(const FileId& file) const;
  void run();
  void collect();  // drops what nobody holds any more

  const ClientLimits limits_;
  const std::function<void()> catch_up_;
  mutable std::mutex mutex_;  // of the table; before those of events
  std::map<uint64_t, Ref> events_;
  uint64_t last_id_ = 0;
  bool stops_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace interpose
