// One perf event of kind BPF_OUTPUT: what its two files and its ring are, and what ioctl(2) does to it.
// SPDX-License-Identifier: Apache-2.0
//
// A descriptor of an event is two files in turn, since the kernel has none that can be both mapped and waited for without rights:
// a pipe, which has a byte in it while the reader has not seen everything; and, from a call of mmap(2) to the next call that
// concerns it, the memory of the ring. An event lives as long as somebody holds one of the two (docs/decisions/0043).
#pragma once

#include <linux/perf_event.h>

#include <memory>
#include <mutex>
#include <span>

#include "base/unique_fd.h"
#include "host-driver/interpose/perf_ring.h"
#include "host-driver/interpose/target.h"
#include "host-driver/syscall/map_mapping.h"

namespace interpose {

// What perf_event_open(2) was told.
struct PerfRequest {
  perf_event_attr attr = {};
  int pid = -1, cpu = -1, group = -1;
  uint64_t flags = 0;
};

class PerfEvent {
 public:
  // Any thread may call. nullptr: errno says why.
  static std::shared_ptr<PerfEvent> create(const PerfRequest& request, uint64_t id);

  int cpu() const { return request_.cpu; }
  bool has(const FileId& file) const;
  // The pipe; none: errno says why.
  base::UniqueFd pipe() const;

  // What a descriptor that is `file` is to become before the call goes on; none: it is that already.
  base::UniqueFd to_wait_for(const FileId& file) const;
  // 0, and what it is to become before mmap(2) goes on; -errno.
  int to_map(const host::MemoryMapping& mapping, base::UniqueFd* out);
  // ioctl(2): 0 or -errno. `id` is what PERF_EVENT_IOC_ID writes.
  int control(uint64_t request, uint64_t argument, uint64_t* id);

  // False: lost, or the event takes nothing now.
  bool write(std::span<const uint8_t> data);
  // Ends the wakeup when the reader has seen everything.
  void settle();
  // False: nobody has a file of it any more. Its ring is gone then, though a map may refer to it still.
  bool keep();

 private:
  PerfEvent(const PerfRequest& request, uint64_t id) : id_(id), request_(request) {}
  void wake();

  const uint64_t id_;
  const PerfRequest request_;
  base::UniqueFd writing_end_;
  FileId pipe_id_;

  mutable std::mutex mutex_;  // of what follows
  std::unique_ptr<PerfRing> ring_;
  base::UniqueFd lease_;  // asks who has its memory
  FileId memory_id_;
  bool is_enabled_ = true, is_paused_ = false;
  bool is_signalled_ = false;  // the pipe has a byte in it
};

}  // namespace interpose
