// Steps 50 to 58: filters and XDP on one device, pins, removal during verification.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "tests/host-driver/offload_steps/steps.h"

namespace host_test {
namespace {

constexpr const char* kStatesMismatch = "netdevsim: driver and netdev offload states mismatch";
constexpr Filter kPinnedFilter{.flags = kSkipSw, .direct_action = true};

TEST_F(OffloadSteps, S50_FilterBesideXdpIsRefused) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  EXPECT_REFUSED(lab.add_filter(dev, {.flags = kSkipSw}), kStatesMismatch);
  EXPECT_TRUE(lab.detach(dev, kHw).ok());
  expect_nothing_left();
}

TEST_F(OffloadSteps, S51_XdpBesideAFilterIsRefused) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  EXPECT_REFUSED(lab.attach_ret0(dev, kHw), "netdevsim: TC program is already loaded");
}

// Programs behind pins, which stand for descriptors that stay.
class OffloadStepsPinned : public OffloadSteps {
 protected:
  void pin(int fd, const char* path) {
    bpf_attr attr = empty_attr();
    attr.pathname = address_of(path);
    attr.bpf_fd = static_cast<uint32_t>(fd);
    EXPECT_EQ(lab.process.bpf(BPF_OBJ_PIN, &attr), 0);
    lab.close(fd);
  }
  int get(const char* path) {
    bpf_attr attr = empty_attr();
    attr.pathname = address_of(path);
    return static_cast<int>(lab.process.bpf(BPF_OBJ_GET, &attr));
  }
  Answer add_pinned(const char* path) {
    const int fd = get(path);
    const Answer answer = lab.filter_fd(dev, ClsBpfChange::kCreate, kPinnedFilter, fd);
    lab.close(fd);
    return answer;
  }
  Answer attach_pinned(const char* path) {
    const int fd = get(path);
    const Answer answer = lab.attach(dev, kHw, fd);
    lab.close(fd);
    return answer;
  }
  void pin_filter() {
    const int fd = lab.load_ret0(BPF_PROG_TYPE_SCHED_CLS, dev->ifindex);
    EXPECT_TRUE(lab.filter_fd(dev, ClsBpfChange::kCreate, {.flags = kSkipSw}, fd).ok());
    pin(fd, "/sys/fs/bpf/filter");
  }
  void pin_xdp() {
    const int fd = lab.load_ret0(BPF_PROG_TYPE_XDP, dev->ifindex);
    EXPECT_TRUE(lab.attach(dev, kHw, fd).ok());
    pin(fd, "/sys/fs/bpf/xdp");
  }
};

TEST_F(OffloadStepsPinned, S52_PinKeepsTheFiltersProgram) {
  pin_filter();
  lab.flush(dev);
  expect_left(1, 1);
}

TEST_F(OffloadStepsPinned, S53_FilterFromAPin) {
  pin_filter();
  lab.flush(dev);
  EXPECT_TRUE(add_pinned("/sys/fs/bpf/filter").ok());
  lab.flush(dev);
  expect_left(1, 1);
}

TEST_F(OffloadStepsPinned, S54_XdpFromAPin) {
  pin_filter();
  lab.flush(dev);
  pin_xdp();
  expect_left(2, 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(attach_pinned("/sys/fs/bpf/xdp").ok()) << i;
    EXPECT_TRUE(lab.detach(dev, kHw).ok()) << i;
  }
}

TEST_F(OffloadStepsPinned, S55_XdpProgramIsNoFilter) {
  pin_xdp();
  EXPECT_TRUE(lab.detach(dev, kHw).ok());
  EXPECT_FALSE(add_pinned("/sys/fs/bpf/xdp").ok());
}

TEST_F(OffloadStepsPinned, S56_OneFilterIsOffloaded) {
  pin_filter();
  lab.flush(dev);
  pin_xdp();
  EXPECT_TRUE(lab.detach(dev, kHw).ok());
  EXPECT_TRUE(add_pinned("/sys/fs/bpf/filter").ok());
  EXPECT_REFUSED(add_pinned("/sys/fs/bpf/filter"), kStatesMismatch);
  lab.flush(dev);
  expect_left(2, 2);
}

TEST_F(OffloadStepsPinned, S57_RemovalWaitsForAVerifier) {
  constexpr auto kDelay = std::chrono::milliseconds(500);
  pin_filter();
  lab.flush(dev);
  pin_xdp();
  EXPECT_TRUE(lab.detach(dev, kHw).ok());
  lab.set_knob(asic, "bpf_bind_verifier_delay", "500");
  const auto begin = std::chrono::steady_clock::now();
  Answer answer;
  std::thread load([&] { answer = lab.add_filter(dev, {.flags = kSkipSw}); });
  while (asic.bound_programs() != 3) std::this_thread::yield();
  lab.remove_asic(asic);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kDelay);
  load.join();
  EXPECT_FALSE(answer.ok());
  EXPECT_EQ(lab.process.open_files(), 0u);
}

TEST_F(OffloadStepsPinned, S58_NothingIsLeftWithoutPins) {
  pin_filter();
  lab.flush(dev);
  pin_xdp();
  lab.pins.clear();
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
  EXPECT_EQ(lab.system.objects.count(ObjectKind::kProg), 0u);
}

}  // namespace
}  // namespace host_test
