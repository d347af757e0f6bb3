// One sentence for each reason why an interface does not offload, and the interfaces of this machine.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/hw/diagnose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace host {
namespace {

HardwareProbe machine(int error, bool is_admin = true) {
  return {[](const std::string& name) { return name == "eth9" ? 9U : 0U; },
          [](const std::string&) { return std::string("drv"); }, [=] { return is_admin; },
          [=](unsigned) { return -error; }};
}

TEST(Diagnose, TellsTheReasonsApart) {
  struct Case {
    int error;
    bool is_admin;
    HardwareAnswer answer;
    const char* sentence;
  };
  const Case cases[] = {
      {0, true, HardwareAnswer::kReady, "driver drv creates maps on the device"},
      {EPERM, false, HardwareAnswer::kNoRights, "offloading needs root"},
      {EPERM, true, HardwareAnswer::kUnexpected, "Operation not permitted"},
      {EOPNOTSUPP, true, HardwareAnswer::kNoDriverSupport, "driver drv has no XDP"},
      {EINVAL, true, HardwareAnswer::kNotRegistered, "driver drv has XDP but is not registered"},
      {EIO, true, HardwareAnswer::kUnexpected, "Input/output error"},
  };
  for (const Case& c : cases) {
    const Hardware found = diagnose("eth9", machine(c.error, c.is_admin));
    EXPECT_EQ(found.answer, c.answer) << c.sentence;
    EXPECT_THAT(found.sentence, testing::HasSubstr(c.sentence));
    EXPECT_EQ(found.ifindex, 9U);
  }
  EXPECT_EQ(diagnose("eth8", machine(EINVAL)).answer, HardwareAnswer::kNoInterface);
}

TEST(Diagnose, FindsNoOffloadOnLoopback) {
  const Hardware found = diagnose("lo", probe_of_this_machine());
  EXPECT_EQ(found.answer,
            geteuid() == 0 ? HardwareAnswer::kNoDriverSupport : HardwareAnswer::kNoRights)
      << found.sentence;
}

}  // namespace
}  // namespace host
