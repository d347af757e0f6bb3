// Sweeps: every combination once, in order, however many run at a time; failures are rows; bad input is refused.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using test::example;
using test::millrace;
using test::scratch_folder;
using testing::HasSubstr;

std::vector<std::string> sweep_of(const std::vector<std::string>& rest) {
  std::vector<std::string> all = {"sweep", example("drop.bpf.o"), "--packets", "300"};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

// Without what depends on the wall clock.
json configurations(const test::Output& output) {
  json root = json::parse(output.out);
  for (json& run : root["runs"])
    if (run["report"].is_object()) run["report"].erase("wall");
  return root;
}

TEST(Sweep, RunsEveryCombinationInOrder) {
  const test::Output output =
      millrace(sweep_of({"--fpcs", "1,12,120", "--nic", "nfp-120,nfp-120-unbounded", "--traffic",
                         "size=64,rate=1Mpps", "--traffic", "size=512,rate=1Mpps", "--json", "-"}));
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json root = json::parse(output.out);
  EXPECT_EQ(root["schema"], "millrace.sweep/1");
  ASSERT_EQ(root["runs"].size(), 12u);
  size_t i = 0;
  for (const char* nic : {"nfp-120", "nfp-120-unbounded"}) {
    for (const char* fpcs : {"1", "12", "120"}) {
      for (const char* traffic : {"size=64,rate=1Mpps", "size=512,rate=1Mpps"}) {
        const json& run = root["runs"][i++];
        EXPECT_EQ(run["configuration"], (json{{"nic", nic}, {"fpcs", fpcs}, {"traffic", traffic}}));
        EXPECT_EQ(run["report"]["nic"], nic);
        EXPECT_EQ(std::to_string(run["report"]["fpcs"].get<int>()), fpcs);
        EXPECT_EQ(run["report"]["packets"]["drop"], 300);
      }
    }
  }
}

TEST(Sweep, GivesTheSameWhateverTheNumberOfJobs) {
  const std::vector<std::string> axes = {"--seed", "1,2,3,4,5", "--json", "-", "--jobs"};
  std::vector<std::string> one = axes, many = axes;
  one.push_back("1");
  many.push_back("5");
  const test::Output first = millrace(sweep_of(one)), second = millrace(sweep_of(many));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(configurations(first), configurations(second));
}

TEST(Sweep, RunIsTheRunAlone) {
  const test::Output output = millrace(sweep_of({"--fpcs", "12", "--json", "-"}));
  const test::Output alone =
      millrace({"run", example("drop.bpf.o"), "--packets", "300", "--fpcs", "12", "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  json expected = json::parse(alone.out);
  expected.erase("wall");
  EXPECT_EQ(configurations(output)["runs"][0]["report"], expected);
}

TEST(Sweep, FailedRunLosesNoOther) {
  const test::Output output = millrace(sweep_of({"--fpcs", "1,500,2", "--csv", "-"}));
  EXPECT_EQ(output.exit_code, 2);
  std::vector<std::string> lines;
  std::istringstream text(output.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], HasSubstr("fpcs,offered,lost,"));
  EXPECT_THAT(lines[1], testing::StartsWith("1,300,"));
  EXPECT_THAT(lines[1], testing::EndsWith(",0,"));
  EXPECT_THAT(lines[2], HasSubstr(",2,--fpcs 500: nfp-120 has 1 to 120"));
  EXPECT_THAT(lines[3], testing::StartsWith("2,300,"));
}

TEST(Sweep, PrintsATable) {
  const test::Output output =
      millrace(sweep_of({"--fpcs", "1,500", "--traffic", "size=64,rate=1Mpps"}));
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.out, HasSubstr("fpcs  traffic"));
  EXPECT_THAT(output.out, HasSubstr("rate_mpps"));
  EXPECT_THAT(output.out, HasSubstr("failed: --fpcs 500: nfp-120 has 1 to 120"));
}

struct Refusal {
  const char* name;
  std::vector<std::string> arguments;
  const char* message;
};
class SweepRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(SweepRefuses, BadInput) {
  const test::Output output = millrace(GetParam().arguments);
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr(GetParam().message));
}

const std::string kHundred = [] {
  std::string list = "1";
  for (int i = 2; i <= 400; ++i) list += "," + std::to_string(i);
  return list;
}();

INSTANTIATE_TEST_SUITE_P(
    Inputs, SweepRefuses,
    testing::Values(
        Refusal{"NoProgram", {"sweep", "--fpcs", "1,2"}, "no program is named"},
        Refusal{
            "OneOutputFile", {"sweep", "a.o", "--out", "x.pcap"}, "--out is no option of a sweep"},
        Refusal{
            "OneOutputFileByEquals", {"sweep", "a.o", "--maps-out=x"}, "--maps-out is no option"},
        Refusal{"OneEventFile", {"sweep", "a.o", "--events", "x"}, "--events is no option"},
        Refusal{"TwoOutputs", {"sweep", "a.o", "--csv", "-", "--json", "-"}, "cannot both"},
        Refusal{"NoJobs", {"sweep", "a.o", "--jobs", "0"}, "--jobs"},
        Refusal{
            "TooMany", {"sweep", "a.o", "--fpcs", kHundred, "--seed", kHundred}, "combinations"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
