// Programs with global variables on the command line: contents, images, measurements, --strict.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using test::millrace;
using testing::HasSubstr;

const std::string kSizes = test::example("sizes.bpf.o");

std::vector<std::string> on_capture(const std::string& program, const std::string& maps_out) {
  std::vector<std::string> arguments = {"run", program};
  if (program == kSizes) arguments.insert(arguments.end(), {"--prog", "sizes"});
  arguments.insert(arguments.end(), {"--pcap", test::example("office.pcap"), "--rate", "50000pps",
                                     "--maps-out", maps_out});
  return arguments;
}

json bytes_of(const json& maps, const char* name) { return maps.at(name).at(0).at("value"); }

TEST(GlobalVariables, ReportWhatADriverRefuses) {
  const test::Output output =
      millrace({"run", kSizes, "--prog", "only_larger", "--packets", "10", "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json warnings = json::parse(output.out)["warnings"];
  ASSERT_EQ(warnings.size(), 2u) << warnings;
  EXPECT_THAT(warnings[0].get<std::string>(),
              testing::AllOf(HasSubstr("a card's driver refuses this: insn 4: offloaded maps have "
                                       "no direct value access (global variables) ("),
                             HasSubstr("sizes.bpf.c:")));
  EXPECT_EQ(warnings[1], "a card's driver refuses this: map .data: map flags are not supported");
}

TEST(GlobalVariables, AreRefusedWithStrict) {
  for (const char* command : {"run", "compile"}) {
    std::vector<std::string> arguments = {command, kSizes, "--prog", "sizes", "--strict"};
    if (arguments[0] == "compile") arguments.insert(arguments.end(), {"-o", "-"});
    const test::Output output = millrace(arguments);
    EXPECT_EQ(output.exit_code, 2) << command;
    EXPECT_THAT(output.err, HasSubstr("map .rodata: map flags are not supported")) << command;
  }
}

TEST(GlobalVariables, AreInImagesWithTheirInitialValues) {
  const std::string folder = test::scratch_folder(), image = folder + "/sizes.json";
  ASSERT_EQ(millrace({"compile", kSizes, "--prog", "sizes", "-o", image}).exit_code, 0);
  ASSERT_EQ(millrace(on_capture(kSizes, folder + "/object-maps.json")).exit_code, 0);
  ASSERT_EQ(millrace(on_capture(image, folder + "/image-maps.json")).exit_code, 0);
  const std::string of_object = test::read_text(folder + "/object-maps.json");
  EXPECT_EQ(of_object, test::read_text(folder + "/image-maps.json"));
  const json maps = json::parse(of_object);
  EXPECT_EQ(bytes_of(maps, ".rodata").at(4), "0x06") << "class_shift";
  EXPECT_NE(bytes_of(maps, ".data").at(1), "0xff") << "smallest began with 0xffff";
}

TEST(GlobalVariables, AreFilledFromAFile) {
  json value = json::array();
  for (int i = 0; i < 16; ++i) value.push_back(0);
  value[3] = 255;  // the largest so far has 255 * 256 bytes
  json maps;
  maps[".data"] = json::array({{{"key", {0, 0, 0, 0}}, {"value", value}}});
  test::scratch_folder();
  const std::string file = test::write_text("data.json", maps.dump());
  const test::Output output = millrace(
      {"run", kSizes, "--prog", "only_larger", "--packets", "10", "--maps", file, "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(json::parse(output.out)["packets"]["drop"], 10);
}

TEST(GlobalVariables, OfRodataAreNotFilled) {
  test::scratch_folder();
  const std::string file = test::write_text("rodata.json", R"({".rodata": []})");
  const test::Output output =
      millrace({"run", kSizes, "--prog", "sizes", "--packets", "10", "--maps", file});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("rodata.json: .rodata is constant: the program was translated "
                                    "for the values that its object has"));
}

TEST(GlobalVariables, AreOnTheCardThatMapOperationsAreMeasuredOn) {
  const test::Output output =
      millrace({"run", kSizes, "--prog", "sizes", "--traffic", "size=128,rate=1Mpps", "--map-sync",
                "entries=20,ops=10", "--packets", "5000", "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json report = json::parse(output.out);
  EXPECT_TRUE(report["faults"].empty()) << report["faults"];
  EXPECT_EQ(report["packets"]["aborted"], 0);
}

}  // namespace
