// millrace filtertest: values as libpcap's, code as tcpdump's, starts at once.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

#include "offload-compiler/ebpf/classic/expression.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "tests/classic/libpcap_filter.h"
#include "tests/cli/command.h"

namespace classic_test {
namespace {

using test::millrace;
using test::Output;
using testing::HasSubstr;

classic::Program code_of(const std::string& expression, bool optimize = true) {
  auto code =
      classic::compile_expression(expression, {.snapshot_bytes = 262144, .optimize = optimize});
  EXPECT_TRUE(code) << code.error().text();
  return code ? *code : classic::Program{};
}

std::vector<uint32_t> numbers_in(const std::string& text) {
  std::vector<uint32_t> numbers;
  std::istringstream in(text);
  for (uint32_t number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

TEST(Filtertest, PrintsOneValueAPacket) {
  const std::string capture = test::scratch_folder() + "/frames.pcap";
  const std::vector<Frame> frames = random_frames(3, 200);
  for (const uint32_t cut_bytes : {0u, 70u}) {
    ASSERT_TRUE(write_capture(capture, frames, cut_bytes));
    for (const std::string expression : {"tcp", "udp port 53 or arp", "greater 200", "len = 74"}) {
      const Output output = millrace({"filtertest", "-r", capture, expression});
      ASSERT_EQ(output.exit_code, 0) << output.err;
      EXPECT_EQ(numbers_in(output.out), libpcap_values(code_of(expression), frames, cut_bytes))
          << expression;
    }
  }
}

TEST(Filtertest, AcceptsEveryPacketWithoutAnExpression) {
  const std::string capture = test::scratch_folder() + "/frames.pcap";
  ASSERT_TRUE(write_capture(capture, {Frame(60), Frame(0)}, 0));
  EXPECT_EQ(millrace({"filtertest", "-r", capture}).out, "262144\n262144\n");
}

TEST(Filtertest, PrintsTheCodeInThreeForms) {
  using enum classic::Form;
  const classic::Program code = code_of("ip or arp");
  EXPECT_EQ(millrace({"filtertest", "ip", "or", "arp"}).out, write_text(code, kListing));
  EXPECT_EQ(millrace({"filtertest", "-d", "ip or arp"}).out, write_text(code, kListing));
  EXPECT_EQ(millrace({"filtertest", "-dd", "ip or arp"}).out, write_text(code, kArray));
  EXPECT_EQ(millrace({"filtertest", "-ddd", "ip or arp"}).out, write_text(code, kDecimal));
  const std::string file = test::write_text("expression", "ip or\narp\n");
  EXPECT_EQ(millrace({"filtertest", "-F", file}).out, write_text(code, kListing));
}

TEST(Filtertest, LeavesTheCodeUnoptimized) {
  const std::string expression = "tcp port 80";
  const std::string code = write_text(code_of(expression, false), classic::Form::kListing);
  EXPECT_EQ(millrace({"filtertest", "-O", expression}).out, code);
  EXPECT_NE(millrace({"filtertest", expression}).out, code);
}

TEST(Filtertest, StartsWellUnderASecond) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(millrace({"filtertest", "tcp port 80"}).exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST(Filtertest, HelpNamesEveryOption) {
  const Output output = millrace({"filtertest", "-h"});
  EXPECT_EQ(output.exit_code, 0);
  for (const char* option : {"-h", "-O", "-F FILE", "-r CAPTURE", "-d", "EXPRESSION"})
    EXPECT_THAT(output.out, HasSubstr(option));
}

TEST(Filtertest, TellsBadInput) {
  const std::string broken = test::write_text("broken.pcap", "no capture");
  const std::string file = test::write_text("expression", "ip");
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } rows[] = {
      {{"tcp", "port"}, "filter 'tcp port': can't parse filter expression: syntax error"},
      {{"-r", "no/such.pcap", "ip"}, "no/such.pcap"},
      {{"-r", broken, "ip"}, "broken.pcap"},
      {{"-F", "no/such.txt"}, "no/such.txt"},
      {{"-r", broken, "ip protochain 6"}, "jumps only go forward"},
      {{"-F", file, "ip"}, "excludes"},
  };
  for (const auto& row : rows) {
    std::vector<std::string> arguments = {"filtertest"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const Output output = millrace(arguments);
    EXPECT_EQ(output.exit_code, 2) << row.message;
    EXPECT_EQ(output.out, "");
    EXPECT_THAT(output.err, HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace classic_test
