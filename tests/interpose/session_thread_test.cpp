// A thread comes to the processor of its caller, and may go anywhere again.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/session_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace interpose {
namespace {

cpu_set_t processors_of(pid_t thread) {
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(thread, sizeof set, &set), 0);
  return set;
}

struct Waiting {
  std::promise<pid_t> id;
  std::promise<void> end;
  std::thread thread{[this] {
    id.set_value(gettid());
    end.get_future().wait();
  }};
  ~Waiting() {
    end.set_value();
    thread.join();
  }
};

TEST(SessionThread, ComesToEachProcessorOfItsCaller) {
  Waiting waiting;
  const pid_t id = waiting.id.get_future().get();
  const cpu_set_t before = processors_of(id), own = processors_of(0);
  SessionThread session(id);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &own)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    session.come_here();
    const cpu_set_t now = processors_of(id);
    EXPECT_TRUE(CPU_EQUAL(&now, &one)) << cpu;
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof own, &own), 0);
  session.go_anywhere();
  const cpu_set_t after = processors_of(id);
  EXPECT_TRUE(CPU_EQUAL(&after, &before));
}

TEST(SessionThread, LeavesAloneWhatItDoesNotKnow) {
  const cpu_set_t before = processors_of(0);
  for (SessionThread session : {SessionThread(), SessionThread(0), SessionThread(-1)}) {
    session.come_here();
    session.go_anywhere();
  }
  const cpu_set_t after = processors_of(0);
  EXPECT_TRUE(CPU_EQUAL(&after, &before));
}

TEST(SessionThread, KeepsToTheProcessorsThatItHad) {
  const cpu_set_t own = processors_of(0);
  if (CPU_COUNT(&own) < 2) GTEST_SKIP() << "one processor";
  Waiting waiting;
  const pid_t id = waiting.id.get_future().get();
  int first = 0, second = 0;
  while (!CPU_ISSET(first, &own)) ++first;
  for (second = first + 1; !CPU_ISSET(second, &own);) ++second;
  cpu_set_t here, there;
  CPU_ZERO(&here);
  CPU_SET(first, &here);
  CPU_ZERO(&there);
  CPU_SET(second, &there);
  ASSERT_EQ(sched_setaffinity(id, sizeof there, &there), 0);
  SessionThread session(id);
  ASSERT_EQ(sched_setaffinity(0, sizeof here, &here), 0);
  session.come_here();
  ASSERT_EQ(sched_setaffinity(0, sizeof own, &own), 0);
  const cpu_set_t after = processors_of(id);
  EXPECT_TRUE(CPU_EQUAL(&after, &there));
}

}  // namespace
}  // namespace interpose
