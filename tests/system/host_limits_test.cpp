// Hosts that have less to give: no executable memory, or little of it. The same results, and the report says so.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> firewall(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"run",       test::example("firewall.bpf.o"),
                                        "--maps",    test::example("firewall.json"),
                                        "--fpcs",    "12",
                                        "--packets", "2000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

json report_of(const test::Output& output) {
  EXPECT_EQ(output.exit_code, 0) << output.err;
  return json::parse(output.out, nullptr, false);
}

json without_wall(json report) {
  report.erase("wall");
  return report;
}

const std::string kDeny =
    std::string(MILLRACE_BINARY_DIR) + "/tests/support/deny_executable_memory";

TEST(HostLimits, WithoutExecutableMemoryTheInterpreterRuns) {
  const json usual = report_of(test::millrace(firewall({"--json", "-"})));
  const json report = report_of(test::millrace_under(kDeny, firewall({"--json", "-"})));
  EXPECT_EQ(usual["wall"]["engine"], "jit");
  EXPECT_EQ(report["wall"]["engine"], "interp");
  EXPECT_EQ(without_wall(report), without_wall(usual));
}

TEST(HostLimits, TheTextSaysThatTheInterpreterRan) {
  EXPECT_THAT(test::millrace_under(kDeny, firewall({})).out,
              HasSubstr("note: this host runs no translated code; interp instead of jit"));
  EXPECT_THAT(test::millrace(firewall({})).out, Not(HasSubstr("note:")));
  EXPECT_THAT(test::millrace(firewall({"--engine", "interp"})).out, Not(HasSubstr("note:")));
}

TEST(HostLimits, WhatNoCodeMemoryIsLeftForIsInterpretedAndCounted) {
  const json usual = report_of(test::millrace(firewall({"--json", "-"})));
  EXPECT_EQ(usual["wall"]["interpreted_places"], 0);
  uint64_t fewer = ~uint64_t{0};
  for (const char* bytes : {"1", "2000", "8000"}) {
    const json report =
        report_of(test::millrace(firewall({"--json", "-", "--code-memory", bytes})));
    EXPECT_EQ(without_wall(report), without_wall(usual)) << bytes;
    const uint64_t places = report["wall"]["interpreted_places"];
    EXPECT_GT(places, 0u) << bytes;
    EXPECT_LE(places, fewer) << bytes;
    fewer = places;
  }
  EXPECT_THAT(test::millrace(firewall({"--code-memory", "2000"})).out,
              HasSubstr("note: there was no memory for the translated code of"));
}

}  // namespace
