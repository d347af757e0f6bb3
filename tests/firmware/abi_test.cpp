// The ABI's constants as symbols, and the capability profiles.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/abi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "fpc/firmware/capability.h"

namespace {

using firmware::find_profile;

// "kPvPointer" of the header as a symbol's name.
std::string symbol_name(const std::string& constant) {
  std::string name;
  for (const char c : constant.substr(1)) {
    if (std::isupper(static_cast<unsigned char>(c)) && !name.empty()) name += '_';
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

TEST(AbiSymbols, HoldEveryConstantOfTheHeader) {
  std::ifstream header(MILLRACE_SOURCE_DIR "/fpc/firmware/abi.h");
  const auto symbols = firmware::abi_symbols();
  unsigned found = 0;
  for (std::string line; std::getline(header, line);) {
    std::istringstream words(line);
    std::string keyword, type, name;
    words >> keyword >> type >> name;
    if (keyword != "constexpr" || !name.starts_with('k')) continue;
    ++found;
    EXPECT_TRUE(symbols.contains(symbol_name(name))) << name;
  }
  EXPECT_EQ(found, symbols.size());
  EXPECT_EQ(symbols.at("pv_pointer"), firmware::kPvPointer);
  EXPECT_EQ(symbols.at("io_retire"), static_cast<int64_t>(firmware::kIoRetire));
}

TEST(Abi, LocalMemoryHoldsFourContexts) {
  EXPECT_EQ(firmware::kLmDescriptors + firmware::kLmDescriptorSlots * firmware::kMapDescriptorBytes,
            4096u);
  EXPECT_EQ(firmware::kLmScratch % 64, 0u);
  EXPECT_EQ(firmware::kLmScratchBytes % 64, 0u);
  EXPECT_EQ(firmware::kLmDescriptors % 64, 0u);
}

TEST(Capability, KnowsThreeProfiles) {
  EXPECT_THAT(firmware::profile_names(), testing::ElementsAre("public", "shipped", "full"));
  const auto missing = find_profile("best");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(),
            "unknown capability profile \"best\", known are public, shipped, full");
}

TEST(Capability, PublicFirmwareOffersLookupAlone) {
  const auto c = find_profile("public");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->max_words, 2560u);
  EXPECT_EQ(c->start, 3072u);
  EXPECT_EQ(c->done, 1u);
  EXPECT_EQ(c->abi, 2u);
  EXPECT_EQ(c->inline_mtu, 1888u);
  EXPECT_TRUE(c->map_lookup && c->random && c->queue_select && c->adjust_tail);
  EXPECT_FALSE(c->map_update || c->map_delete || c->perf_event);
  EXPECT_EQ(c->adjust_head.off_min, 44u);
  EXPECT_EQ(c->adjust_head.off_max, 248u);
  EXPECT_EQ(c->adjust_head.guaranteed_sub, 84u);
  EXPECT_EQ(c->adjust_head.guaranteed_add, 112u);
  EXPECT_EQ(c->maps.types, 6u);
  EXPECT_EQ(c->maps.max_elems, 2'048'000u);
}

TEST(Capability, ShippedAndFullFirmwareOfferMore) {
  const auto shipped = find_profile("shipped");
  EXPECT_EQ(shipped->max_words, 2800u);
  EXPECT_EQ(shipped->maps.max_elems, 3'072'000u);
  EXPECT_TRUE(shipped->map_lookup && shipped->perf_event);
  EXPECT_FALSE(shipped->map_update);
  const auto full = find_profile(firmware::kDefaultProfile);
  EXPECT_EQ(full->max_words, 8192u);
  EXPECT_TRUE(full->map_update && full->map_delete && full->perf_event);
  EXPECT_EQ(full->adjust_head.off_min, 64u);
  EXPECT_EQ(full->adjust_head.off_max, 256u);
  EXPECT_EQ(full->adjust_head.guaranteed_sub, 64u);
  EXPECT_EQ(full->adjust_head.guaranteed_add, 64u);
}

}  // namespace
