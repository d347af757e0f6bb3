// Whichever way the cores execute, a card gives the same report, packets and maps.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/example_list.h"
#include "tests/system/runs.h"

namespace {

using test::Example;

struct Results {
  std::string report, capture, maps;
};

Results run(const Example& e, const std::string& engine, unsigned fpcs) {
  const std::string out = test::scratch_folder() + "/out.pcap",
                    maps = test::scratch_folder() + "/maps.json";
  std::vector<std::string> arguments = test::arguments_of(e);
  arguments.insert(arguments.end(),
                   {"--engine", engine, "--fpcs", std::to_string(fpcs), "--traffic",
                    "size=imix,flows=300,zipf=1.0,proto=mix,rate=30Mpps", "--packets", "3000",
                    "--out", out, "--maps-out", maps});
  nlohmann::json report = test::run_json(arguments);
  EXPECT_EQ(report["wall"]["engine"], engine);
  report.erase("wall");
  return {report.dump(), test::read_text(out), test::read_text(maps)};
}

class Engines : public testing::TestWithParam<Example> {};

TEST_P(Engines, GiveTheSameBytes) {
  for (const unsigned fpcs : {1u, 12u, 72u, 120u}) {
    const Results one = run(GetParam(), "interp", fpcs), other = run(GetParam(), "jit", fpcs);
    EXPECT_EQ(one.report, other.report) << fpcs;
    EXPECT_TRUE(one.capture == other.capture) << fpcs;
    EXPECT_EQ(one.maps, other.maps) << fpcs;
  }
}

const auto kNames = [](const auto& test) { return std::string(test.param.program); };

INSTANTIATE_TEST_SUITE_P(All, Engines, testing::ValuesIn(test::kExamples), kNames);

}  // namespace
