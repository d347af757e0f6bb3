// Perf events as their readers see them: descriptors that change, wakeups, and what is left when nobody holds them.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_events.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

namespace interpose {
namespace {

constexpr size_t kPage = PerfRing::kPageBytes;

FileId id_of(const base::UniqueFd& fd) {
  struct stat status = {};
  EXPECT_EQ(fstat(fd.get(), &status), 0);
  return {status.st_dev, status.st_ino};
}

bool is_ready(const base::UniqueFd& fd, int timeout_ms) {
  pollfd entry = {fd.get(), POLLIN, 0};
  return poll(&entry, 1, timeout_ms) == 1 && (entry.revents & POLLIN) != 0;
}

template <typename Condition>
bool comes_true(const Condition& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

class PerfEventsTest : public testing::Test {
 protected:
  PerfEventsTest() {
    attr_.size = sizeof attr_;
    attr_.type = PERF_TYPE_SOFTWARE;
    attr_.config = PERF_COUNT_SW_BPF_OUTPUT;
    attr_.sample_type = PERF_SAMPLE_RAW;
    attr_.wakeup_events = 1;
  }
  int open(base::UniqueFd* out, int pid = -1, int cpu = 0, uint64_t client = 1) {
    const std::span bytes(reinterpret_cast<const uint8_t*>(&attr_), sizeof attr_);
    return events_.open(bytes, {.pid = pid, .cpu = cpu, .group = group_, .flags = flags_}, client,
                        out);
  }
  // As mmap(2) of a client: nullptr when it is refused.
  perf_event_mmap_page* map(const base::UniqueFd& fd, size_t pages) {
    base::UniqueFd memory;
    if (events_.find(id_of(fd))->to_map({pages * kPage, 0, PROT_READ | PROT_WRITE}, &memory) != 0)
      return nullptr;
    void* at = mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    return at == MAP_FAILED ? nullptr : static_cast<perf_event_mmap_page*>(at);
  }
  bool write(const FileId& id) {
    const auto file = events_.file(id);
    return file && file->write(std::vector<uint8_t>(4));
  }

  perf_event_attr attr_ = {};
  int group_ = -1;
  uint64_t flags_ = 0;
  std::atomic<unsigned> ticks_ = 0;
  PerfEvents events_{{.objects = 3, .map_bytes = 1 << 20}, [this] { ++ticks_; }};
};

TEST_F(PerfEventsTest, WakeTheirReaderUntilItHasReadEverything) {
  base::UniqueFd fd;
  ASSERT_EQ(open(&fd), 0);
  EXPECT_FALSE(write(id_of(fd))) << "no ring yet";
  perf_event_mmap_page* ring = map(fd, 2);
  ASSERT_NE(ring, nullptr);
  EXPECT_FALSE(is_ready(fd, 0));
  ASSERT_TRUE(write(id_of(fd)));
  EXPECT_TRUE(is_ready(fd, 1000));
  ring->data_tail = ring->data_head;
  EXPECT_TRUE(comes_true([&] { return !is_ready(fd, 0); }));
  ASSERT_TRUE(write(id_of(fd)));
  EXPECT_TRUE(is_ready(fd, 1000));
  EXPECT_GT(ticks_, 0u) << "the card's time goes on";
  munmap(ring, 2 * kPage);
}

TEST_F(PerfEventsTest, AreOneThingInTwoFiles) {
  base::UniqueFd fd, memory;
  ASSERT_EQ(open(&fd), 0);
  EXPECT_FALSE(events_.find(id_of(fd))->to_wait_for(id_of(fd))) << "it is that already";
  ASSERT_EQ(events_.find(id_of(fd))->to_map({2 * kPage, 0, PROT_READ | PROT_WRITE}, &memory), 0);
  EXPECT_FALSE(id_of(memory) == id_of(fd));
  EXPECT_EQ(id_of(events_.find(id_of(memory))->to_wait_for(id_of(memory))), id_of(fd));
  EXPECT_NE(ftruncate(memory.get(), 0), 0) << "or the server would meet SIGBUS";
  uint64_t by_pipe = 0, by_memory = 0;
  EXPECT_EQ(events_.find(id_of(fd))->control(PERF_EVENT_IOC_ID, 0, &by_pipe), 0);
  EXPECT_EQ(events_.find(id_of(memory))->control(PERF_EVENT_IOC_ID, 0, &by_memory), 0);
  EXPECT_EQ(by_pipe, by_memory);
}

TEST_F(PerfEventsTest, LiveWhileOneOfTheirFilesIsHeld) {
  base::UniqueFd fd;
  ASSERT_EQ(open(&fd), 0);
  const FileId id = id_of(fd);
  perf_event_mmap_page* ring = map(fd, 2);
  ASSERT_NE(ring, nullptr);
  fd.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  EXPECT_TRUE(write(id)) << "it is mapped";
  EXPECT_GT(ring->data_head, 0u);
  const auto in_a_map = events_.file(id);
  munmap(ring, 2 * kPage);
  EXPECT_TRUE(comes_true([&] { return events_.file(id) == nullptr; }));
  EXPECT_FALSE(in_a_map->write(std::vector<uint8_t>(4))) << "lost, as nobody can read it";
}

TEST_F(PerfEventsTest, ObeyTheirIoctls) {
  base::UniqueFd fd;
  attr_.disabled = 1;
  ASSERT_EQ(open(&fd), 0);
  const FileId id = id_of(fd);
  const auto control = [&](uint64_t request, uint64_t argument = 0) {
    uint64_t out = 0;
    return events_.find(id)->control(request, argument, &out);
  };
  EXPECT_EQ(control(PERF_EVENT_IOC_PAUSE_OUTPUT, 1), -EINVAL) << "no ring";
  perf_event_mmap_page* ring = map(fd, 3);
  ASSERT_NE(ring, nullptr);
  EXPECT_FALSE(write(id));
  EXPECT_EQ(control(PERF_EVENT_IOC_ENABLE), 0);
  EXPECT_TRUE(write(id));
  EXPECT_EQ(control(PERF_EVENT_IOC_PAUSE_OUTPUT, 1), 0);
  EXPECT_FALSE(write(id));
  EXPECT_EQ(control(PERF_EVENT_IOC_PAUSE_OUTPUT, 0), 0);
  EXPECT_EQ(control(PERF_EVENT_IOC_DISABLE), 0);
  EXPECT_FALSE(write(id));
  EXPECT_EQ(control(PERF_EVENT_IOC_SET_BPF), -EINVAL);
  EXPECT_EQ(control(0x2499), -ENOTTY);
  munmap(ring, 3 * kPage);
}

TEST_F(PerfEventsTest, AreMappedAsTheKernelMapsThem) {
  base::UniqueFd fd, out;
  ASSERT_EQ(open(&fd), 0);
  const auto answer = [&](uint64_t bytes, uint64_t offset = 0, int protection = PROT_READ) {
    return events_.find(id_of(fd))->to_map({bytes, offset, protection}, &out);
  };
  EXPECT_EQ(answer(4 * kPage), -EINVAL) << "three pages of data";
  EXPECT_EQ(answer(0), -EINVAL);
  EXPECT_EQ(answer(2 * kPage, kPage), -EINVAL);
  EXPECT_EQ(answer(2 * kPage, 0, PROT_READ | PROT_EXEC), -EPERM);
  EXPECT_EQ(answer(3 * kPage), 0);
  EXPECT_EQ(answer(2 * kPage), -EINVAL) << "not as large as the ring that is there";
  out.reset();
  EXPECT_EQ(answer(2 * kPage), 0) << "nobody has that ring any more";
}

TEST_F(PerfEventsTest, AreRefusedAsTheKernelRefusesThem) {
  base::UniqueFd fd;
  EXPECT_EQ(open(&fd, -1, -1), -EINVAL);
  EXPECT_EQ(open(&fd, -1, -2), -EINVAL);
  EXPECT_EQ(open(&fd, -1, 1 << 20), -EINVAL);
  EXPECT_EQ(open(&fd, 0, -1), 0);
  group_ = 5;
  EXPECT_EQ(open(&fd), -EBADF);
  group_ = -1;
  flags_ = 0x100;
  EXPECT_EQ(open(&fd), -EINVAL);
  flags_ = 0;
  attr_.sample_type = uint64_t{1} << 40;
  EXPECT_EQ(open(&fd), -EINVAL);
  attr_.sample_type = PERF_SAMPLE_CALLCHAIN;
  EXPECT_EQ(open(&fd), -EOPNOTSUPP);
  attr_.sample_type = PERF_SAMPLE_RAW;
  attr_.write_backward = 1;
  EXPECT_EQ(open(&fd), -EOPNOTSUPP);
  attr_.write_backward = 0;
  attr_.config = PERF_COUNT_SW_CPU_CLOCK;
  EXPECT_EQ(open(&fd), PerfEvents::kNotOurs);
  const std::vector<uint8_t> too_short(PERF_ATTR_SIZE_VER0 - 1);
  EXPECT_EQ(events_.open(too_short, {}, 1, &fd), -E2BIG);
  std::vector<uint8_t> tail(sizeof attr_ + 8);
  tail.back() = 1;
  EXPECT_EQ(events_.open(tail, {}, 1, &fd), -E2BIG);
}

TEST_F(PerfEventsTest, KeepAClientToItsLimit) {
  base::UniqueFd fds[3], more;
  for (base::UniqueFd& fd : fds) ASSERT_EQ(open(&fd), 0);
  EXPECT_EQ(open(&more), -ENFILE);
  EXPECT_EQ(open(&more, -1, 0, 2), 0) << "another client has its own";
  fds[0].reset();
  EXPECT_EQ(open(&fds[0]), 0) << "what is closed counts no more";
}

}  // namespace
}  // namespace interpose
