// Every example on a 120-FPC card, from a capture and from the generator, against the reference
// interpreter and the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "tests/system/example_list.h"
#include "tests/system/example_reference.h"
#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using test::arguments_of;
using test::Example;
using test::Expected;
using test::run_json;

// Data and packet bytes of each event, as the kernel puts them into one sample.
std::vector<std::string> events_of(const std::string& path) {
  std::vector<std::string> events;
  std::istringstream lines(test::read_text(path));
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line);
    events.push_back(event["data"].get<std::string>() + event["packet_data"].get<std::string>());
  }
  return events;
}

std::vector<std::string> hex_of(const std::vector<std::vector<uint8_t>>& events) {
  std::vector<std::string> texts;
  for (const std::vector<uint8_t>& event : events)
    texts.push_back(fmt::format("{:02x}", fmt::join(event, "")));
  return texts;
}

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, AgreeWithTheReferenceInterpreterOnACapture) {
  const std::string out = test::scratch_folder() + "/out.pcap",
                    maps = test::scratch_folder() + "/maps.json",
                    events = test::scratch_folder() + "/events.jsonl";
  std::vector<std::string> arguments = arguments_of(GetParam());
  // Slow enough that each packet is done before the next one comes: the reference runs them one
  // after the other.
  arguments.insert(arguments.end(), {"--pcap", test::example("office.pcap"), "--rate", "50000pps",
                                     "--out", out, "--maps-out", maps, "--events", events});
  const json report = run_json(arguments);
  test::expect_conserved(report);
  const Expected expected = test::reference_run(GetParam());
  const json& packets = report["packets"];
  EXPECT_EQ(packets["aborted"], expected.aborted);
  EXPECT_EQ(packets["drop"], expected.drop);
  EXPECT_EQ(packets["pass"], expected.pass);
  EXPECT_EQ(packets["tx"], expected.tx);
  std::vector<std::vector<uint8_t>> sent;
  for (test::CapturedFrame& frame : test::read_capture(out)) sent.push_back(std::move(frame.bytes));
  EXPECT_EQ(sent, expected.sent);
  EXPECT_EQ(events_of(events), hex_of(expected.events));
  const json contents = json::parse(test::read_text(maps));  // of the maps that the program uses
  for (const auto& [name, entries] : contents.items())
    EXPECT_EQ(entries, expected.maps[name]) << name;
}

TEST_P(Examples, RunFromTheGeneratorOnAllCores) {
  for (const char* traffic :
       {"size=64,flows=1000,proto=mix,rate=line", "size=imix,flows=100,zipf=1.0,rate=50Mpps",
        "size=64..1518,flows=10,proto=tcp,rate=100Gbps"}) {
    std::vector<std::string> arguments = arguments_of(GetParam());
    arguments.insert(arguments.end(), {"--traffic", traffic, "--packets", "20000"});
    const json report = run_json(arguments);
    test::expect_conserved(report);
    EXPECT_EQ(report["packets"]["offered"], 20000);
    EXPECT_LT(report["packets"]["lost"].get<uint64_t>(), 20000u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(test::kExamples),
                         [](const auto& test) { return std::string(test.param.program); });

}  // namespace
