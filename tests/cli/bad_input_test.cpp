// Everything that a user can get wrong: exit code 2, one message that names place, found and
// allowed, no output file.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/cli/command.h"

namespace {

using test::example;
using test::millrace;
using test::read_text;
using test::scratch_folder;
using test::write_text;
using testing::HasSubstr;

void expect_refused(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& fragments) {
  const test::Output output = millrace(arguments);
  EXPECT_EQ(output.exit_code, 2) << output.err;
  EXPECT_EQ(output.out, "");
  for (const std::string& fragment : fragments) EXPECT_THAT(output.err, HasSubstr(fragment));
  EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
}

TEST(BadInput, MissingFile) { expect_refused({"run", "no/such.o"}, {"no/such.o", "No such file"}); }

TEST(BadInput, DirectoryInsteadOfAFile) {
  expect_refused({"run", scratch_folder()}, {"directory"});
}

TEST(BadInput, TruncatedObject) {
  const std::string whole = read_text(example("firewall.bpf.o"));
  for (const size_t keep : {5u, 63u, 64u, 500u, 4000u}) {
    expect_refused({"run", write_text("cut.o", whole.substr(0, keep))}, {"cut.o"});
  }
}

TEST(BadInput, EmptyFile) { expect_refused({"run", write_text("empty.o", "")}, {"empty.o"}); }

TEST(BadInput, UnknownProgramNamesThoseThatExist) {
  expect_refused({"run", example("counters.bpf.o"), "--prog", "nope"},
                 {"nope", "count_protocols", "count_sources"});
}

TEST(BadInput, SeveralProgramsNeedAName) {
  expect_refused({"run", example("counters.bpf.o")},
                 {"count_protocols", "count_sources", "--prog"});
}

TEST(BadInput, UnknownCardNamesThoseThatExist) {
  expect_refused({"run", example("drop.bpf.o"), "--nic", "nfp-9000"},
                 {"nfp-9000", "agilio-cx-2x40", "nfp-120"});
}

TEST(BadInput, MoreFpcsThanTheCardHas) {
  expect_refused({"run", example("drop.bpf.o"), "--nic", "nfp-120", "--fpcs", "121"},
                 {"121", "120"});
}

TEST(BadInput, UnknownTarget) {
  expect_refused({"run", example("drop.bpf.o"), "--target", "x86"}, {"x86", "nfp"});
}

TEST(BadInput, UnknownProfile) {
  expect_refused({"run", example("drop.bpf.o"), "--target", "nfp/old"},
                 {"old", "public", "shipped", "full"});
}

TEST(BadInput, FiltersThatDoNotParse) {
  for (const char* filter : {"tcp port", "nonsense", "port 70000", "ip and ip6", "\xff\xd8", ""}) {
    SCOPED_TRACE(filter);
    expect_refused({"run", "--filter", filter}, {"millrace: "});
  }
  expect_refused({"run", "--filter", std::string(8193, '(')}, {"8193 bytes", "8192"});
}

TEST(BadInput, ClassicTextOfTheWrongLength) {
  const auto refuse = [](const std::string& text, const std::vector<std::string>& fragments) {
    expect_refused({"run", "--cbpf", write_text("filter.txt", text)}, fragments);
  };
  refuse("2\n6 0 0 0\n", {"filter.txt: 1 instructions, the first line announces 2"});
  refuse("1\n6 0 0 0\n6 0 0 0\n", {"filter.txt:3: instructions beyond the 1"});
  refuse("4294967297\n6 0 0 0\n", {"filter.txt:1: ", "4294967297", "1 to 4096"});
  refuse("1\n6 0 0\n", {"filter.txt:2: 3 of the 4 numbers"});
  refuse("", {"filter.txt: no instructions"});
}

TEST(BadInput, TrafficThatIsNoTraffic) {
  for (const char* spec : {"size=0", "size=63", "size=abc", "flows=0", "proto=ipx", "rate=fast",
                           "speed=1", "size=1518..64", "zipf=-1", "=", ","}) {
    expect_refused({"run", example("drop.bpf.o"), "--traffic", spec, "--packets", "10"},
                   {"traffic"});
  }
}

TEST(BadInput, DurationWithoutUnit) {
  expect_refused({"run", example("drop.bpf.o"), "--duration", "10"}, {"10", "ms"});
}

TEST(BadInput, CaptureThatIsNone) {
  expect_refused(
      {"run", example("drop.bpf.o"), "--pcap", write_text("no.pcap", "this is not a capture")},
      {"no.pcap"});
  expect_refused({"run", example("drop.bpf.o"), "--pcap", "missing.pcap"}, {"missing.pcap"});
}

TEST(BadInput, CaptureThatBreaksOffLeavesNothingHalfWritten) {
  const std::string whole = read_text(example("office.pcap"));
  const std::string cut = write_text("cut.pcap", whole.substr(0, whole.size() / 2));
  const std::string out = scratch_folder() + "/out.pcap", json = scratch_folder() + "/report.json";
  expect_refused({"run", example("drop.bpf.o"), "--pcap", cut, "--out", out, "--json", json},
                 {"cut.pcap", "truncated"});
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_FALSE(std::filesystem::exists(json));
  for (const auto& entry : std::filesystem::directory_iterator(scratch_folder())) {
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("tmp")));
  }
}

TEST(BadInput, MapsThatTheProgramDoesNotHave) {
  expect_refused(
      {"run", example("firewall.bpf.o"), "--maps", write_text("m.json", R"({"other": []})")},
      {"m.json", "other", "rules"});
}

TEST(BadInput, MapEntryOfTheWrongSize) {
  expect_refused({"run", example("firewall.bpf.o"), "--maps",
                  write_text("m.json", R"({"rules": [{"key": [1], "value": [1]}]})")},
                 {"m.json", "rules[0]", "1 bytes", "16"});
}

TEST(BadInput, ImageWithAForeignSchema) {
  expect_refused({"run", write_text("i.json", R"({"schema": "other/1"})")},
                 {"i.json", "other/1", "millrace.image/1"});
}

TEST(BadInput, WordsThatAreNoWords) {
  expect_refused({"dis", write_text("w.hex", "000000f0000c0300\nxyz\n")}, {"w.hex", "2", "xyz"});
}

TEST(BadInput, AssemblerNamesFileAndLine) {
  expect_refused({"asm", write_text("a.uc", "nop\nalu[gprA_0, gprA_1, +, gprA_2]\n")}, {"a.uc:2"});
}

TEST(BadInput, OutputThatCannotBeWritten) {
  expect_refused({"compile", example("drop.bpf.o"), "-o", "/no/such/folder/drop.json"},
                 {"/no/such/folder/drop.json"});
}

TEST(BadInput, CaptureIntoAFolder) {
  expect_refused({"run", example("drop.bpf.o"), "--packets", "10", "--out", scratch_folder()},
                 {"no regular file"});
}

TEST(BadInput, CardFileWithAnUnknownKey) {
  expect_refused({"nic", "show", write_text("mine.toml", "speed = 3\n")}, {"mine.toml", "speed"});
}

TEST(BadInput, UsageErrorsExitWithTwo) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"run"},
                                             {"run", "x.o", "--engine", "warp"},
                                             {"run", "x.o", "--packets", "-1"},
                                             {"nic"}}) {
    EXPECT_EQ(millrace(arguments).exit_code, 2);
  }
}

}  // namespace
