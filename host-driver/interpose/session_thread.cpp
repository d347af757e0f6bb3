// Where it may not be moved, it is left alone from then on.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/session_thread.h"

namespace interpose {

SessionThread::SessionThread(pid_t thread) {
  if (thread > 0 && sched_getaffinity(thread, sizeof anywhere_, &anywhere_) == 0) thread_ = thread;
}

void SessionThread::come_here() {
  const int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &anywhere_)) return go_anywhere();
  if (thread_ == 0 || cpu == here_) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  move(one, cpu);
}

void SessionThread::go_anywhere() {
  if (thread_ != 0 && here_ >= 0) move(anywhere_, -1);
}

void SessionThread::move(const cpu_set_t& to, int here) {
  here_ = here;
  if (sched_setaffinity(thread_, sizeof to, &to) != 0) thread_ = 0;
}

}  // namespace interpose
