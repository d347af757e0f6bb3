// The two locks of the kernel that the offload interface speaks of: RTNL, and the one of the offload devices inside it.
// SPDX-License-Identifier: Apache-2.0
//
// One kernel a process, as there. Neither may be taken twice by a thread; the devices lock never before RTNL.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace host {

// A read-write lock where a waiting writer holds up new readers: a verifier that takes it at every instruction must not keep
// a device from going away.
class RwSemaphore {
 public:
  void lock_shared();
  void unlock_shared();
  void lock();
  void unlock();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t readers_ = 0, waiting_writers_ = 0;
  bool is_writing_ = false;
};

std::mutex& rtnl_mutex();
RwSemaphore& devices_lock();

using RtnlGuard = std::lock_guard<std::mutex>;

}  // namespace host
