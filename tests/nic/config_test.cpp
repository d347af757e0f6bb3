// Configurations: the built-in cards are complete, and every defect of a file is one message with its place.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "nic-model/nic.h"
#include "tests/nic/scratch_file.h"

namespace nic {
namespace {

using testing::HasSubstr;

TEST(Config, EveryBuiltInCardLoadsWithSourcesForAllParameters) {
  ASSERT_EQ(config_names().size(), 8u);
  for (const std::string& name : config_names()) {
    const auto config = load_config(name);
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->name, name);
    for (const Parameter& row : describe(*config)) {
      EXPECT_TRUE(row.source.starts_with("measured") || row.source.starts_with("derived") ||
                  row.source.starts_with("guessed") || row.key == "firmware")
          << name << ": " << row.key << " has the source '" << row.source << "'";
    }
  }
}

TEST(Config, CardsHaveTheirPublishedFigures) {
  const auto cx = load_config("agilio-cx-2x40");
  ASSERT_TRUE(cx);
  EXPECT_EQ(cx->clock_hz, 800'000'000u);
  EXPECT_EQ(cx->workers, 50u);
  EXPECT_EQ(cx->ports, 2u);
  EXPECT_EQ(cx->port_bps, 40'000'000'000u);
  EXPECT_DOUBLE_EQ(cx->mac_ingest_pps, 54.4e6);
  EXPECT_EQ(cx->firmware, Firmware::kStock);
  EXPECT_EQ(cx->datapath_cycles(), cx->datapath_stock_cycles);
  const auto wide = load_config("nfp-120");
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->workers, 120u);
  EXPECT_EQ(wide->datapath_cycles(), 224u);
  const auto slow = load_config("agilio-cx-2x10");
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->clock_hz, 633'000'000u);
}

TEST(Config, UserFileInheritsAndOverrides) {
  const ScratchFile file("base = \"agilio-cx-2x40\"\nclock = { value = 900, unit = \"MHz\" }\n");
  const auto config = load_config(file.path());
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->clock_hz, 900'000'000u);
  EXPECT_EQ(config->workers, 50u);
  EXPECT_EQ(config->sources.at("clock"), "user: " + file.path() + ":2");
}

TEST(Config, DescribePrintsValuesInTheirWrittenUnit) {
  const auto config = load_config("agilio-cx-2x40");
  ASSERT_TRUE(config);
  for (const Parameter& row : describe(*config)) {
    if (row.key == "mac_ingest") {
      EXPECT_EQ(row.value, "54.4");
      EXPECT_EQ(row.unit, "Mpps");
    }
  }
}

TEST(Config, ShippedFilesOfAnAdjustedCopyLoadAsUserFiles) {
  const auto config =
      load_config(std::string(MILLRACE_SOURCE_DIR) + "/nic-model/configs/agilio-cx-2x40.toml");
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->workers, 50u);
}

struct BadFile {
  const char* name;
  const char* text;
  const char* place;    // behind the file's name
  const char* message;  // part of it
};

class BadConfig : public testing::TestWithParam<BadFile> {};

TEST_P(BadConfig, IsOneMessageWithFileAndLine) {
  const ScratchFile file(GetParam().text);
  const auto config = load_config(file.path());
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().where, file.path() + GetParam().place);
  EXPECT_THAT(config.error().message, HasSubstr(GetParam().message));
}

constexpr const char* kBase = "base = \"nfp-120\"\n";
#define WITH_BASE(line) "base = \"nfp-120\"\n" line "\n"
const BadFile kBadFiles[] = {
    {"UnknownKey", WITH_BASE("clok = { value = 1, unit = \"MHz\" }"), ":2", "unknown key 'clok'"},
    {"UnknownBase", "base = \"nfp-7\"\n", ":1", "'base' is 'nfp-7', built in are agilio-cx-2x10"},
    {"BaseOfWrongType", "base = 3\n", ":1", "'base' is an integer, expected a string"},
    {"PlainNumber", WITH_BASE("clock = 800"), ":2", "'clock' is an integer, expected { value"},
    {"NoValue", WITH_BASE("clock = { unit = \"MHz\" }"), ":2", "'clock' has no value"},
    {"NoUnit", WITH_BASE("clock = { value = 800 }"), ":2",
     "unit of 'clock' is 'missing', expected 'MHz'"},
    {"WrongUnit", WITH_BASE("clock = { value = 1, unit = \"GHz\" }"), ":2",
     "unit of 'clock' is 'GHz', expected 'MHz'"},
    {"UnitOfWrongType", WITH_BASE("clock = { value = 1, unit = 7 }"), ":2",
     "unit of 'clock' is an integer, expected a string"},
    {"UnknownMember", WITH_BASE("clock = { value = 1, unit = \"MHz\", note = \"\" }"), ":2",
     "unknown member 'note'"},
    {"TextValue", WITH_BASE("clock = { value = \"fast\", unit = \"MHz\" }"), ":2",
     "value of 'clock' is a string, expected a number"},
    {"FractionOfAWorker", WITH_BASE("workers = { value = 1.5, unit = \"FPCs\" }"), ":2",
     "value of 'workers' is a number with a fraction, expected an integer"},
    {"TooLarge", WITH_BASE("clock = { value = 5000, unit = \"MHz\" }"), ":2",
     "value of 'clock' is 5000 MHz, allowed is 100..4000"},
    {"Negative", WITH_BASE("mac_ingest = { value = -1, unit = \"Mpps\" }"), ":2",
     "value of 'mac_ingest' is -1 Mpps, allowed is 0..100000"},
    {"NotANumber", WITH_BASE("mac_ingest = { value = nan, unit = \"Mpps\" }"), ":2",
     "allowed is 0..100000"},
    {"UnknownFirmware", WITH_BASE("firmware = { value = \"fast\", unit = \"profile\" }"), ":2",
     "value of 'firmware' is 'fast', allowed are stock and stripped"},
    {"FirmwareOfWrongType", WITH_BASE("firmware = { value = 1, unit = \"profile\" }"), ":2",
     "value of 'firmware' is an integer, expected a string"},
    {"MoreWorkersThanFpcs", WITH_BASE("workers = { value = 121, unit = \"FPCs\" }"), "",
     "workers is 121, allowed are 1..120 (islands x fpcs_per_island)"},
    {"MissingKeys", "clock = { value = 800, unit = \"MHz\" }\n", "", "missing firmware, islands,"},
    {"BrokenToml", "clock = {\n", ":1", ""},
    {"Empty", "", "", "is empty or cannot be read"},
};
#undef WITH_BASE

INSTANTIATE_TEST_SUITE_P(Files, BadConfig, testing::ValuesIn(kBadFiles),
                         [](const auto& row) { return row.param.name; });

TEST(Config, UnknownNameListsTheBuiltInOnes) {
  const auto config = load_config("agilio-zx");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("'agilio-zx'"));
  EXPECT_THAT(config.error().message, HasSubstr("agilio-cx-2x40"));
}

TEST(Config, DirectoryIsRefused) { EXPECT_FALSE(load_config("/tmp")); }

TEST(Config, DeepNestingIsRefused) {
  const ScratchFile file(kBase + ("clock = " + std::string(100000, '[')));
  EXPECT_FALSE(load_config(file.path()));
}

}  // namespace
}  // namespace nic
