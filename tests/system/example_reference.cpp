// Runs an example's packets on the reference interpreter and the running kernel, and compares the two.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/example_reference.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <optional>

#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/support/kernel_oracle.h"
#include "tests/system/runs.h"

namespace test {
namespace {

using nlohmann::json;
using test_support::KernelOracle;
using Bytes = std::vector<uint8_t>;
using Maps = std::vector<std::shared_ptr<ebpf::Map>>;

Bytes bytes_of(const json& list) {
  Bytes bytes;
  for (const json& byte : list)
    bytes.push_back(static_cast<uint8_t>(std::stoul(byte.get<std::string>(), nullptr, 16)));
  return bytes;
}

json list_of(std::span<const uint8_t> bytes) {
  json list = json::array();
  for (const uint8_t byte : bytes) list.push_back(fmt::format("0x{:02x}", byte));
  return list;
}

Maps create_maps(const ebpf::Program& program) {
  Maps maps;
  for (const ebpf::MapDef& def : program.maps) {
    auto map = ebpf::Map::create(def);
    maps.push_back(map ? std::shared_ptr<ebpf::Map>(std::move(*map)) : nullptr);
  }
  return maps;
}

std::optional<KernelOracle> ask_kernel(const ebpf::Program& program) {
  const test_support::KernelAvailability kernel = test_support::kernel_availability();
  if (!kernel.usable) {
    EXPECT_FALSE(kernel.must_fail) << kernel.reason;
    std::printf("the kernel was not asked: %s\n", kernel.reason.c_str());
    return std::nullopt;
  }
  auto oracle = KernelOracle::load(program);
  EXPECT_TRUE(oracle) << oracle.error().text();
  if (!oracle) return std::nullopt;
  return std::move(*oracle);
}

void fill(const std::string& file, const ebpf::Program& program, const Maps& maps,
          std::optional<KernelOracle>& kernel) {
  const json contents = json::parse(read_text(example(file)));
  for (const auto& [name, entries] : contents.items()) {
    const auto def = std::ranges::find(program.maps, name, &ebpf::MapDef::name);
    const auto index = static_cast<size_t>(def - program.maps.begin());
    for (const json& entry : entries) {
      const Bytes key = bytes_of(entry["key"]), value = bytes_of(entry["value"]);
      EXPECT_EQ(maps.at(index)->update(key, value, 0), 0);
      if (kernel) {
        EXPECT_EQ(kernel->update(index, key, value, 0), 0);
      }
    }
  }
}

KernelOracle::Entries entries_of(const ebpf::Map& map) {
  KernelOracle::Entries entries;
  map.for_each([&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
    entries[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
  });
  return entries;
}

json maps_json(const ebpf::Program& program, const Maps& maps) {
  json out = json::object();
  for (size_t i = 0; i < maps.size(); ++i) {
    if (!maps[i]) continue;
    json& list = out[program.maps[i].name] = json::array();
    for (const auto& [key, value] : entries_of(*maps[i]))
      list.push_back({{"key", list_of(key)}, {"value", list_of(value)}});
  }
  return out;
}

uint64_t& count_of(Expected& expected, ebpf::ProgType type, uint32_t verdict) {
  if (type == ebpf::ProgType::kSchedCls)
    return verdict == TC_ACT_SHOT ? expected.drop : expected.pass;
  switch (verdict) {
    case XDP_DROP:
      return expected.drop;
    case XDP_PASS:
      return expected.pass;
    case XDP_TX:
      return expected.tx;
    default:
      return expected.aborted;
  }
}

void add(Expected& expected, ebpf::ProgType type, ebpf::Outcome outcome) {
  uint64_t& count = count_of(expected, type, outcome.verdict);
  ++count;
  if (&count == &expected.pass || &count == &expected.tx)
    expected.sent.push_back(std::move(outcome.packet));
  for (Bytes& event : outcome.events) expected.events.push_back(std::move(event));
}

void compare(KernelOracle& kernel, const Bytes& frame, const ebpf::Outcome& outcome) {
  ASSERT_TRUE(kernel.accepts(frame));
  const auto answer = kernel.run(frame);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->verdict, outcome.verdict);
  EXPECT_EQ(answer->packet, outcome.packet);
}

}  // namespace

Expected reference_run(const Example& e) {
  const auto object = ebpf::load_object(example(std::string(e.file) + ".bpf.o"));
  EXPECT_TRUE(object) << object.error().text();
  const auto program = ebpf::select_program(*object, e.program);
  EXPECT_TRUE(program);
  const Maps maps = create_maps(*program);
  std::optional<KernelOracle> kernel = ask_kernel(*program);
  if (e.maps) fill(e.maps, *program, maps, kernel);
  auto interpreter = ebpf::Interpreter::create(*program, maps);
  EXPECT_TRUE(interpreter) << interpreter.error().text();
  Expected expected;
  for (const CapturedFrame& frame : read_capture(example("office.pcap"))) {
    auto outcome = interpreter->run(frame.bytes);
    EXPECT_TRUE(outcome) << outcome.error().text();
    if (kernel) compare(*kernel, frame.bytes, *outcome);
    add(expected, program->type, std::move(*outcome));
  }
  for (size_t i = 0; kernel && i < maps.size(); ++i) {
    if (maps[i]) {
      EXPECT_EQ(entries_of(*maps[i]), kernel->dump(i)) << program->maps[i].name;
    }
  }
  expected.maps = maps_json(*program, maps);
  return expected;
}

}  // namespace test
