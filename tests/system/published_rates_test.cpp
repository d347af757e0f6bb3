// The published figures that the model reproduces (docs/timing.md explains them).
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using test::example;

json drop_at_line_rate(const std::vector<std::string>& card, const std::string& size) {
  std::vector<std::string> arguments = {example("drop.bpf.o"), "--traffic",
                                        "size=" + size + ",rate=line", "--duration", "1ms"};
  arguments.insert(arguments.end(), card.begin(), card.end());
  const json report = test::run_json(arguments);
  test::expect_conserved(report);
  return report;
}

TEST(PublishedRates, DropOn50FpcsIsBoundByTheMac) {
  const json report = drop_at_line_rate({"--nic", "agilio-cx-2x40"}, "64");
  EXPECT_NEAR(report["rate_mpps"].get<double>(), 53, 3);
  EXPECT_GT(report["lost_by"].value("mac_ingest", 0), 0);
}

TEST(PublishedRates, DropOn5FpcsIsBoundByTheCores) {
  const json report = drop_at_line_rate({"--nic", "agilio-cx-2x40", "--fpcs", "5"}, "64");
  EXPECT_NEAR(report["rate_mpps"].get<double>(), 9.5, 0.5);
  EXPECT_GT(report["fpc"]["busy"].get<double>() + report["fpc"]["stalled"].get<double>(), 0.95);
}

TEST(PublishedRates, UnboundedCardShowsTheArithmeticOfTheTalk) {
  const json report = drop_at_line_rate({"--nic", "nfp-120-unbounded"}, "1500");
  EXPECT_GE(report["rate_gbps"].get<double>(), 4300);
  EXPECT_LE(report["rate_gbps"].get<double>(), 4800);
  EXPECT_THAT(report["notes"].dump(), testing::HasSubstr("no port"));
}

}  // namespace
