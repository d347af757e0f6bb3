// Perf events of clients that read what programs of the card send: software events of kind BPF_OUTPUT, and no others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "host-driver/bpf_objects.h"
#include "host-driver/interpose/perf_event.h"
#include "host-driver/interpose/placeholders.h"

namespace interpose {

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
  // nullptr: none of ours.
  std::shared_ptr<PerfEvent> find(const FileId& file) const;
  // For an entry of a map; nullptr: no event.
  std::shared_ptr<host::PerfEventFile> file(const FileId& file) const;
  const ClientLimits& limits() const { return limits_; }

 private:
  struct Entry {
    std::shared_ptr<PerfEvent> event;
    uint64_t client = 0;
  };
  void run();
  void collect();  // drops what nobody holds any more

  const ClientLimits limits_;
  const std::function<void()> catch_up_;
  mutable std::mutex mutex_;  // of what follows; before those of events
  std::list<Entry> entries_;
  uint64_t last_id_ = 0;
  bool stops_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace interpose
