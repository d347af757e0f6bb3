// The steps of the offload interface's conformance list, one test each: what every step begins with.
// SPDX-License-Identifier: Apache-2.0
//
// S01 to S88 follow the list of docs/kernel-interface.md in its order. Each builds the state that it needs by itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "tests/host-driver/lab.h"

namespace host_test {

using host::ClsBpfChange;
using host::net_device;
using host::ObjectKind;

// One device with an ingress qdisc and hw-tc-offload on.
class OffloadSteps : public testing::Test {
 protected:
  OffloadSteps() : asic(lab.add_asic()), dev(lab.port(asic, 0)) {
    lab.add_ingress(dev);
    lab.set_tc_offload(dev, true);
  }

  void expect_nothing_left() {
    EXPECT_EQ(asic.bound_programs(), 0u);
    EXPECT_EQ(lab.programs(), 0u);
  }
  void expect_left(unsigned bound, unsigned programs) {
    EXPECT_EQ(asic.bound_programs(), bound);
    EXPECT_EQ(lab.programs(), programs);
  }
  bool is_in_hw() { return (lab.filters(dev).at(0).flags_gen & TCA_CLS_FLAGS_IN_HW) != 0; }

  Lab lab;
  Device& asic;
  net_device* dev;
};

inline constexpr const char* kHello = "[netdevsim] Hello from netdevsim!";

inline bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

#define EXPECT_REFUSED(answer, text)  \
  do {                                \
    const Answer& refused = (answer); \
    EXPECT_FALSE(refused.ok());       \
    EXPECT_EQ(refused.extack, text);  \
  } while (false)

}  // namespace host_test
