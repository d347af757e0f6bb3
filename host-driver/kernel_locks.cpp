// RTNL and the devices lock.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/kernel_locks.h"

namespace host {

void RwSemaphore::lock_shared() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] { return !is_writing_ && waiting_writers_ == 0; });
  ++readers_;
}

void RwSemaphore::unlock_shared() {
  const std::lock_guard guard(mutex_);
  --readers_;
  changed_.notify_all();
}

void RwSemaphore::lock() {
  std::unique_lock guard(mutex_);
  ++waiting_writers_;
  changed_.wait(guard, [&] { return !is_writing_ && readers_ == 0; });
  --waiting_writers_;
  is_writing_ = true;
}

void RwSemaphore::unlock() {
  const std::lock_guard guard(mutex_);
  is_writing_ = false;
  changed_.notify_all();
}

std::mutex& rtnl_mutex() {
  static std::mutex mutex;
  return mutex;
}

RwSemaphore& devices_lock() {
  static RwSemaphore lock;
  return lock;
}

}  // namespace host
