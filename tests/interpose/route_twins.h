// A network device of the simulated kernel and one of the running kernel, which get the same netlink messages.
// SPDX-License-Identifier: Apache-2.0
//
// The running kernel's is a veth in a network namespace of its own, which goes with the object. Both have the same index and
// name, and the same descriptors name the same programs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "host-driver/drivers/netdevsim/netdevsim.h"
#include "host-driver/local_process.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/system.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {

struct RouteTwins {
  static constexpr int kIndex = 0x7001;
  static constexpr host::NetNamespace kHome = {4, 7};

  RouteTwins();
  // Empty: both are there. Otherwise why the running kernel's is not.
  const std::string& trouble() const { return trouble_; }

  // The errors of the answers, an acknowledgement being 0.
  std::vector<int> errors_of_card(host::Bytes request);
  std::vector<int> errors_of_kernel(host::Bytes request);

  // Descriptors in messages. xdp and cls are programs, file is an open file.
  base::UniqueFd xdp, cls, file;
  static constexpr int kClosed = 9999;

 private:
  void make_kernel_device();
  int load(int type);

  host::System system_;
  host::PinTable pins_;
  host::LocalProcess process_;
  host::netdevsim::Device asic_;
  host::RouteAbi route_;
  host::RouteCaller caller_;
  int card_xdp_ = -1, card_cls_ = -1;
  // Sockets into the namespace of the device, and into one without it: what the host's kernel says of messages that we pass on.
  base::UniqueFd with_device_, without_device_;
  std::string trouble_;
};

// The same messages to both.
class RouteAndKernel : public testing::Test {
 protected:
  void SetUp() override {
    const test_support::KernelAvailability available = test_support::kernel_availability();
    if (!available.usable && available.must_fail) FAIL() << available.reason;
    if (!available.usable) GTEST_SKIP() << available.reason;
    ASSERT_EQ(twins_.trouble(), "");
  }

  bool agree(const std::string& what, host::Bytes request) {
    const std::vector<int> card = twins_.errors_of_card(request),
                           kernel = twins_.errors_of_kernel(request);
    EXPECT_EQ(card, kernel) << what;
    return card == kernel;
  }

  RouteTwins twins_;
};

}  // namespace host_test
