// The routine of perf_event_output: where data may lie, how much of it, what it refuses, what it costs.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <numeric>
#include <string>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/link.h"
#include "tests/firmware/cost.h"
#include "tests/firmware/harness.h"
#include "tests/firmware/vectors.h"

namespace {

using Bytes = std::vector<uint8_t>;

constexpr unsigned kMap = 7, kStackWords = 60;

struct Call {
  unsigned kind = firmware::kEventDataStack;
  std::string address = "alu[gprA_8, --, B, gprA_22], gpr_wrboth\n";  // into R4
  unsigned data_bytes = 8;
  uint32_t flags_high = 0;  // packet bytes
};

// Numbers the words at the frame's bottom, calls, and ends with the low half of R0 as verdict.
std::string program(const Call& call) {
  std::string text = "local_csr_wr[ActLMAddr3, gprA_22]\nnop\nnop\nnop\n";
  for (unsigned i = 0; i < kStackWords; ++i)
    text += fmt::format("alu[*l$index3++, --, B, {:#x}]\n", i);
  text += call.address;
  text += fmt::format("immed[gprA_4, {}], gpr_wrboth\n", kMap);
  text += fmt::format("immed[gprA_7, {:#x}], gpr_wrboth\n", call.flags_high & 0xffff);
  text += fmt::format("immed_w1[gprA_7, {:#x}], gpr_wrboth\n", call.flags_high >> 16);
  text += fmt::format("immed[gprA_10, {}], gpr_wrboth\n", call.data_bytes);
  return text + fmt::format(
                    "br[event], defer[2]\nimmed[gprA_1, {}]\nimmed[gprB_0, returned]\n"
                    "returned:\nalu[gprA_0, gprA_0, AND, gprB_1]\nbr[done]\n",
                    call.kind);
}

firmware::LinkedStore link_text(const std::string& text) {
  const firmware::Layout layout = vectors::layout();
  auto symbols = firmware::abi_symbols();
  symbols["done"] = layout.done;
  symbols["event"] = layout.helpers.at(firmware::kHelperPerfEvent);
  auto assembly = fpc::assemble(text, "program", symbols);
  if (!assembly) {
    ADD_FAILURE() << assembly.error().text();
    return {};
  }
  for (fpc::Word& word : assembly->words) word = fpc::with_ecc(word);
  auto store = firmware::link_relocated(assembly->words, layout);
  if (!store) {
    ADD_FAILURE() << store.error().text();
    return {};
  }
  return *store;
}

// A packet of 0, 1, 2, ...
harness::Retired run(const Call& call, size_t packet_bytes = 64) {
  fpc::ByteStore memory;
  Bytes value(64);
  std::iota(value.begin(), value.end(), uint8_t{100});
  EXPECT_TRUE(memory.write(firmware::kMapHeap + 256, value));
  Bytes packet(packet_bytes);
  std::iota(packet.begin(), packet.end(), uint8_t{0});
  const harness::Run result = harness::run_program(link_text(program(call)), memory,
                                                   std::vector<harness::Packet>{{packet}});
  EXPECT_EQ(result.trouble, "");
  return result.retired.at(0);
}

Bytes numbered_words(unsigned bytes) {
  Bytes data;
  for (unsigned i = 0; i < bytes; ++i) data.push_back(static_cast<uint8_t>(i % 4 == 0 ? i / 4 : 0));
  return data;
}

TEST(PerfEvent, TakesDataOfEveryLengthFromTheStack) {
  for (const unsigned bytes : {0u, 1u, 4u, 31u, 32u, 33u, 64u, 100u, 240u}) {
    const harness::Retired packet = run({.data_bytes = bytes});
    EXPECT_EQ(packet.verdict, 0u);
    ASSERT_EQ(packet.events.size(), 1u) << bytes;
    EXPECT_EQ(packet.events[0].map, kMap);
    EXPECT_EQ(packet.events[0].data, numbered_words(bytes)) << bytes;
    EXPECT_TRUE(packet.events[0].packet.empty());
  }
}

TEST(PerfEvent, TakesDataFromAMapValue) {
  const harness::Retired packet =
      run({firmware::kEventDataMap,
           fmt::format("immed[gprA_8, 0x100], gpr_wrboth\nimmed[gprA_9, 0x0], gpr_wrboth\n"
                       "immed_w1[gprA_9, {:#x}], gpr_wrboth\n",
                       firmware::kMapHeap >> 24),
           5});
  ASSERT_EQ(packet.events.size(), 1u);
  EXPECT_EQ(packet.events[0].data, (Bytes{100, 101, 102, 103, 104}));
}

TEST(PerfEvent, TakesDataFromThePacketAndNone) {
  const harness::Retired packet =
      run({firmware::kEventDataPacket, "alu[gprA_8, *l$index1[pv_pointer], +, 0x3], gpr_wrboth\n",
           6, 10});
  ASSERT_EQ(packet.events.size(), 1u);
  EXPECT_EQ(packet.events[0].data, (Bytes{3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(packet.events[0].packet, (Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const harness::Retired bare = run({firmware::kEventDataNone, "", 0, 1});
  ASSERT_EQ(bare.events.size(), 1u);
  EXPECT_EQ(bare.events[0].packet, Bytes{0});
}

TEST(PerfEvent, SendsThePacketAsItIsAtTheCallAndNoMoreThanThereIs) {
  EXPECT_EQ(run({.flags_high = 64}).events.at(0).packet.size(), 64u);
  for (const uint32_t too_long : {65u, 0xfffffu}) {
    const harness::Retired packet = run({.flags_high = too_long});
    EXPECT_EQ(packet.verdict, static_cast<uint32_t>(-EFAULT));
    EXPECT_TRUE(packet.events.empty());
  }
  const harness::Retired unknown = run({.flags_high = 0x100000});
  EXPECT_EQ(unknown.verdict, static_cast<uint32_t>(-EINVAL));
  EXPECT_TRUE(unknown.events.empty());
}

// "busy/commands" of a call.
std::string cost_of(unsigned data_bytes) {
  fpc::ByteStore memory;
  const cost::Cost with =
      cost::of_packet(link_text(program({.data_bytes = data_bytes})), memory, Bytes(64));
  std::string text = program({.data_bytes = data_bytes});
  text.replace(text.find("br[event]"), 9, "br[done]");
  const cost::Cost without = cost::of_packet(link_text(text), memory, Bytes(64));
  // The trampoline, and behind the return a word and a branch.
  constexpr uint64_t kAround = 2 * cost::kTakenBranchCycles + 1;
  return fmt::format("{}/{}", with.busy - without.busy - kAround, with.commands - without.commands);
}

TEST(PerfEvent, Costs) {
  EXPECT_EQ(cost_of(0), "29/1");
  EXPECT_EQ(cost_of(8), "38/2");
  EXPECT_EQ(cost_of(64), "52/3");
}

}  // namespace
