// Every example on a 120-FPC card, from a capture and from the generator, against the reference
// interpreter.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using test::example;
using test::run_json;

struct Example {
  const char *file, *program, *maps;
};

std::ostream& operator<<(std::ostream& out, const Example& e) { return out << e.program; }

const Example kExamples[] = {
    {"drop", "drop", nullptr},
    {"pass", "pass", nullptr},
    {"tx_macswap", "tx_macswap", nullptr},
    {"ethertype", "ethertype", nullptr},
    {"firewall", "firewall", "firewall.json"},
    {"counters", "count_protocols", nullptr},
    {"counters", "count_sources", nullptr},
    {"load_balancer", "load_balancer", "load_balancer.json"},
    {"ttl", "ttl", nullptr},
};

std::vector<std::string> arguments_of(const Example& e) {
  std::vector<std::string> arguments = {example(std::string(e.file) + ".bpf.o"), "--prog",
                                        e.program, "--nic", "nfp-120"};
  if (e.maps) arguments.insert(arguments.end(), {"--maps", example(e.maps)});
  return arguments;
}

std::vector<uint8_t> bytes_of(const json& list) {
  std::vector<uint8_t> bytes;
  for (const json& byte : list)
    bytes.push_back(static_cast<uint8_t>(std::stoul(byte.get<std::string>(), nullptr, 16)));
  return bytes;
}

// What the program does to the capture, one packet after the other, without a card.
struct Expected {
  std::array<uint64_t, 4> verdicts{};  // by XDP action 0..3
  std::vector<std::vector<uint8_t>> sent;
  json maps;
};

json maps_json(const ebpf::Program& program, const std::vector<std::shared_ptr<ebpf::Map>>& maps) {
  const auto hex = [](std::span<const uint8_t> bytes) {
    json list = json::array();
    for (const uint8_t byte : bytes) {
      char text[5];
      std::snprintf(text, sizeof text, "0x%02x", byte);
      list.push_back(text);
    }
    return list;
  };
  json out = json::object();
  for (size_t i = 0; i < maps.size(); ++i) {
    json entries = json::array();
    maps[i]->for_each([&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
      entries.push_back({{"key", hex(key)}, {"value", hex(value)}});
    });
    out[program.maps[i].name] = entries;
  }
  return out;
}

Expected reference_run(const Example& e) {
  const auto object = ebpf::load_object(example(std::string(e.file) + ".bpf.o"));
  EXPECT_TRUE(object) << object.error().text();
  const auto program = ebpf::select_program(*object, e.program);
  EXPECT_TRUE(program);
  std::vector<std::shared_ptr<ebpf::Map>> maps;
  for (const ebpf::MapDef& def : program->maps)
    maps.emplace_back(std::move(*ebpf::Map::create(def)));
  if (e.maps) {
    const json contents = json::parse(test::read_text(example(e.maps)));
    for (const auto& [name, entries] : contents.items()) {
      const auto def = std::find_if(program->maps.begin(), program->maps.end(),
                                    [&](const auto& d) { return d.name == name; });
      ebpf::Map& map = *maps.at(static_cast<size_t>(def - program->maps.begin()));
      for (const json& entry : entries)
        EXPECT_EQ(map.update(bytes_of(entry["key"]), bytes_of(entry["value"]), 0), 0);
    }
  }
  auto interpreter = ebpf::Interpreter::create(*program, maps);
  EXPECT_TRUE(interpreter) << interpreter.error().text();
  Expected expected;
  for (const test::CapturedFrame& frame : test::read_capture(example("office.pcap"))) {
    const auto outcome = interpreter->run(frame.bytes);
    EXPECT_TRUE(outcome) << outcome.error().text();
    ++expected.verdicts.at(outcome->verdict);
    if (outcome->verdict >= 2) expected.sent.push_back(outcome->packet);
  }
  expected.maps = maps_json(*program, maps);
  return expected;
}

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, AgreeWithTheReferenceInterpreterOnACapture) {
  const std::string out = test::scratch_folder() + "/out.pcap",
                    maps = test::scratch_folder() + "/maps.json";
  std::vector<std::string> arguments = arguments_of(GetParam());
  // Slow enough that each packet is done before the next one comes: the reference runs them one
  // after the other.
  arguments.insert(arguments.end(), {"--pcap", example("office.pcap"), "--rate", "50000pps",
                                     "--out", out, "--maps-out", maps});
  const json report = run_json(arguments);
  test::expect_conserved(report);
  const Expected expected = reference_run(GetParam());
  const json& packets = report["packets"];
  EXPECT_EQ(packets["aborted"], expected.verdicts[0]);
  EXPECT_EQ(packets["drop"], expected.verdicts[1]);
  EXPECT_EQ(packets["pass"], expected.verdicts[2]);
  EXPECT_EQ(packets["tx"], expected.verdicts[3]);
  std::vector<std::vector<uint8_t>> sent;
  for (test::CapturedFrame& frame : test::read_capture(out)) sent.push_back(std::move(frame.bytes));
  EXPECT_EQ(sent, expected.sent);
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

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(kExamples),
                         [](const auto& test) { return std::string(test.param.program); });

}  // namespace
