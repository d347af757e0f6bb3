// Random programs compiled and run by the firmware on a core, against the reference interpreter: verdict, packet and counters.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>

#include "base/bits.h"
#include "base/rng.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/print.h"
#include "tests/compiler/random_program.h"
#include "tests/firmware/harness.h"

namespace {

using Bytes = std::vector<uint8_t>;

std::vector<harness::Packet> random_packets(uint64_t seed, unsigned count) {
  base::Rng rng(seed);
  std::vector<harness::Packet> packets(count);
  for (harness::Packet& packet : packets) {
    packet.bytes.resize(test::kRandomProgramBytes + rng.below(64));
    for (uint8_t& byte : packet.bytes)
      byte = static_cast<uint8_t>(rng.below(4) == 0 ? 0 : rng.next());
  }
  return packets;
}

// The verdict word of an XDP code (nfp-fw-abi 2.1).
uint32_t verdict_word(uint32_t code) {
  constexpr uint32_t kBytes[] = {0x82, 0x22, 0x11, 0x44};
  return kBytes[code] << 16;
}

std::string listing(const ebpf::Program& program) {
  std::string text;
  for (uint32_t i = 0; i < program.insns.size(); ++i)
    text += std::to_string(i) + ": " + ebpf::print_insn(program, i) + "\n";
  return text;
}

// All values of the array map, counters in the byte order of eBPF.
Bytes card_values(const firmware::MapTable& maps) {
  Bytes values;
  maps.for_each(1, [&](std::span<const uint8_t>, std::span<const uint8_t> value) {
    for (size_t at = 0; at < value.size(); at += 4) {
      uint8_t word[4];
      base::store_be(word, base::load_le<uint32_t>(&value[at]));
      values.insert(values.end(), word, word + 4);
    }
  });
  return values;
}

Bytes reference_values(const ebpf::Map& map) {
  Bytes values;
  map.for_each([&](std::span<const uint8_t>, std::span<const uint8_t> value) {
    values.insert(values.end(), value.begin(), value.end());
  });
  return values;
}

void run_and_compare(const ebpf::Program& program, const firmware::Image& image,
                     const std::vector<harness::Packet>& packets) {
  fpc::ByteStore memory;
  firmware::MapTable card_maps(memory);
  const bool uses_map = !image.maps.empty();
  if (uses_map) {
    const firmware::ImageMap& map = image.maps[0];
    ASSERT_TRUE(card_maps.create({map.type, map.key_bytes, map.value_bytes, map.max_entries}));
  }
  const auto store = firmware::link(image);
  ASSERT_TRUE(store) << store.error().text();
  const harness::Run run = harness::run_program(*store, memory, packets);
  ASSERT_EQ(run.trouble, "");

  const std::shared_ptr<ebpf::Map> map = *ebpf::Map::create(program.maps[0]);
  auto reference = ebpf::Interpreter::create(program, {map});
  ASSERT_TRUE(reference);
  for (size_t i = 0; i < packets.size(); ++i) {
    const auto outcome = reference->run(packets[i].bytes);
    ASSERT_TRUE(outcome) << outcome.error().text();
    ASSERT_EQ(run.retired[i].verdict, verdict_word(outcome->verdict)) << "packet " << i;
    ASSERT_EQ(run.retired[i].bytes, outcome->packet) << "packet " << i;
  }
  if (uses_map) {
    EXPECT_EQ(card_values(card_maps), reference_values(*map));
  }
}

// A program whose images are known to be wrong for some values.
bool is_warned_of(const firmware::Image& image) {
  for (const std::string& warning : image.warnings)
    EXPECT_NE(warning.find("hides some of this operand's values"), std::string::npos) << warning;
  return !image.warnings.empty();
}

TEST(RandomPrograms, ComputeOnTheCoreWhatTheInterpreterComputesUnlessWarnedOf) {
  constexpr unsigned kPackets = 12;
  const offload::Target target = *offload::parse_target("nfp/full");
  unsigned compared = 0;
  for (uint64_t seed = 0; seed < COMPILER_RANDOM_PROGRAMS; ++seed) {
    const ebpf::Program program = test::random_card_program(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + listing(program));
    const auto image = offload::compile(program, target);
    ASSERT_TRUE(image) << image.error().text();
    if (is_warned_of(*image)) continue;
    run_and_compare(program, *image, random_packets(seed, kPackets));
    if (HasFailure()) return;
    ++compared;
  }
  EXPECT_GT(compared, COMPILER_RANDOM_PROGRAMS * 8 / 10);
}

}  // namespace
