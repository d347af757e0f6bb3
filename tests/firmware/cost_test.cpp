// What a call of a map routine costs a core, by key size: the figures that docs and reports quote.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/firmware/map_table.h"
#include "tests/firmware/vectors.h"

namespace {

struct Call {
  std::string_view routine;  // trampoline
  unsigned flags = 0;
  bool present = false;
  unsigned table = 1;
};

constexpr unsigned kNops = 64;  // around the call, so that no command waits for one outside

std::string nops() {
  std::string text;
  for (unsigned i = 0; i < kNops; ++i) text += "nop\n";
  return text;
}

// A zero key at the frame's bottom, a value behind it; the call or what stands for it.
std::string program(const std::string& call) {
  std::string text = "local_csr_wr[ActLMAddr3, gprA_22]\nnop\nnop\nnop\n";
  for (unsigned i = 0; i < 28; ++i) text += "alu[*l$index3++, --, B, 0x0]\n";
  text += "alu[gprB_6, gprA_22, +, 0x38]\nlocal_csr_wr[ActLMAddr2, gprB_6]\n";
  return text + nops() + call + nops() + "br[done]\n";
}

std::string call_text(const Call& call) {
  return "immed[gprA_8, " + std::to_string(call.flags) +
         "], gpr_wrboth\nimmed[gprA_9, 0], gpr_wrboth\n" + "br[" + std::string(call.routine) +
         "], defer[2]\nimmed[gprA_0, " + std::to_string(call.table) +
         "]\nimmed[gprB_0, returned]\nreturned:\n";
}

constexpr unsigned kCallCycles =
    5;  // of call_text without the routine: flags, branch with both slots filled

cost::Cost measure(const std::string& text, fpc::ByteStore& memory) {
  firmware::Layout layout = vectors::layout();
  layout.helpers.erase(firmware::kHelperPerfEvent);
  std::map<std::string, int64_t> symbols = {{"done", layout.done}};
  symbols["lookup"] = layout.helpers.at(firmware::kHelperMapLookup);
  symbols["update"] = layout.helpers.at(firmware::kHelperMapUpdate);
  symbols["delete"] = layout.helpers.at(firmware::kHelperMapDelete);
  auto assembly = fpc::assemble(text, "program", symbols);
  if (!assembly) {
    ADD_FAILURE() << assembly.error().text();
    return {};
  }
  for (fpc::Word& word : assembly->words) word = fpc::with_ecc(word);
  const auto store = firmware::link_relocated(assembly->words, layout);
  if (!store) {
    ADD_FAILURE() << store.error().text();
    return {};
  }
  return cost::of_packet(*store, memory, {0, 0, 0, 0});
}

// "busy/spaced/commands" of one call on an otherwise empty map, the core's second one on it.
std::string cost_of(uint32_t type, uint32_t key_bytes, const Call& call) {
  fpc::ByteStore memory;
  firmware::MapTable maps(memory);
  while (maps.count() < call.table) EXPECT_TRUE(maps.create({type, key_bytes, 8, 16}));
  const std::vector<uint8_t> key(key_bytes), value(8);
  if (call.present) {
    EXPECT_EQ(maps.update(call.table, key, value, 0), firmware::MapStatus::kOk);
  }
  const cost::Cost with = measure(program(call_text(call)), memory);
  const cost::Cost without = measure(program(""), memory);
  const uint64_t trampoline = cost::kTakenBranchCycles;
  return std::to_string(with.busy - without.busy - kCallCycles - trampoline) + "/" +
         std::to_string(with.cycles - without.cycles - kCallCycles - trampoline) + "/" +
         std::to_string(with.commands - without.commands);
}

constexpr uint32_t kHash = firmware::kMapTypeHash, kArray = firmware::kMapTypeArray;

TEST(Cost, OfALookup) {
  const Call hit{"lookup", 0, true}, miss{"lookup", 0, false};
  EXPECT_EQ(cost_of(kHash, 4, hit), "59/74/2");
  EXPECT_EQ(cost_of(kHash, 20, hit), "83/98/2");
  EXPECT_EQ(cost_of(kHash, 56, hit), "137/152/2");
  EXPECT_EQ(cost_of(kHash, 4, miss), "41/41/1");
  EXPECT_EQ(cost_of(kHash, 20, miss), "57/57/1");
  EXPECT_EQ(cost_of(kHash, 56, miss), "93/93/1");
  EXPECT_EQ(cost_of(kArray, 4, miss), "24/24/0");
}

// A table id that local memory has no place for costs the read of its descriptor.
TEST(Cost, OfALookupInAFarTable) {
  const Call hit{"lookup", 0, true, firmware::kLmDescriptorSlots};
  EXPECT_EQ(cost_of(kHash, 4, hit), "87/102/3");
  EXPECT_EQ(cost_of(kArray, 4, hit), "52/52/1");
}

TEST(Cost, OfAnUpdate) {
  EXPECT_EQ(cost_of(kHash, 4, {"update", 0, true}), "104/133/4");
  EXPECT_EQ(cost_of(kHash, 20, {"update", 0, true}), "128/157/4");
  EXPECT_EQ(cost_of(kHash, 56, {"update", 2, true}), "182/211/4");
  EXPECT_EQ(cost_of(kHash, 4, {"update", 2, false}), "72/75/2");
  EXPECT_EQ(cost_of(kArray, 4, {"update", 0, false}), "70/70/1");
}

}  // namespace
