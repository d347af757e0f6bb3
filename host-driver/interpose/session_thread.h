// The server's thread behind a connection: it is brought to the processor where the front end runs (docs/decisions/0049).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

namespace interpose {

class SessionThread {
 public:
  SessionThread() = default;  // of which nothing is known: it stays where it is
  explicit SessionThread(pid_t thread);

  // Before a call that it answers at once: it goes on where the caller stops.
  void come_here();
  // Before one that takes longer, on any of the processors that it had at first.
  void go_anywhere();

 private:
  void move(const cpu_set_t& to, int here);

  pid_t thread_ = 0;
  cpu_set_t anywhere_ = {};
  int here_ = -1;  // the processor that it is bound to; -1: none
};

}  // namespace interpose
