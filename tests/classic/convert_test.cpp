// What converted programs look like, and programs that once converted wrongly.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/convert.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/filter.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "offload-compiler/ebpf/classic/expression.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "tests/classic/witnesses.h"

namespace classic_test {
namespace {

using classic::Program;

ptrdiff_t bounds_checks(const ebpf::Program& program) {
  return std::ranges::count(program.insns, BPF_JMP | BPF_JGT | BPF_X, &ebpf::Insn::opcode);
}

ebpf::Program converted(const Program& filter, const classic::ConvertOptions& options = {}) {
  auto program = classic::convert(filter, options);
  EXPECT_TRUE(program) << program.error().text();
  return program ? *program : ebpf::Program{};
}

uint32_t value_of(const ebpf::Program& program, const Frame& frame) {
  const auto seen = fuzz::observe_reference(program, {{frame}, {}}, {});
  EXPECT_TRUE(seen) << seen.error().text();
  return seen ? seen->packets[0].verdict : 0;
}

TEST(Convert, ChecksBoundsOnceForAStraightRun) {
  const auto filter = classic::compile_expression("ip and src host 10.0.0.1 and dst host 10.0.0.2");
  ASSERT_TRUE(filter);
  EXPECT_EQ(bounds_checks(converted(*filter)), 1);
}

TEST(Convert, KeepsTheClassicListingAsLines) {
  const auto filter = classic::compile_expression("ip");
  ASSERT_TRUE(filter);
  const ebpf::Program program = converted(*filter, {.source = "ip"});
  ASSERT_EQ(program.lines.size(), filter->size());
  EXPECT_EQ(program.lines[1].text, classic::listing_line(*filter, 1));
  EXPECT_EQ(program.lines[1].file, "ip");
}

TEST(Convert, GivesTheLengthThatItIsTold) {
  const Program filter = {{BPF_LD | BPF_LEN | BPF_W, 0, 0, 0}, {BPF_RET | BPF_A, 0, 0, 0}};
  const classic::ConvertOptions told{.answer = classic::Answer::kValue, .length = 9000};
  EXPECT_EQ(value_of(converted(filter, told), Frame(60)), 9000u);
  EXPECT_EQ(value_of(converted(filter, {.answer = classic::Answer::kValue}), Frame(60)), 60u);
}

TEST(Convert, DialectsDifferWhereLibpcapAndLinuxDo) {
  Frame frame(60);
  frame[14] = 0x45;
  const auto value = [&](const Program& filter, classic::Dialect dialect) {
    return value_of(converted(filter, {.dialect = dialect, .answer = classic::Answer::kValue}),
                    frame);
  };
  using enum classic::Dialect;
  const auto network = static_cast<uint32_t>(SKF_NET_OFF);
  const Program at_network = {{BPF_LD | BPF_ABS | BPF_B, 0, 0, network},
                              {BPF_RET | BPF_A, 0, 0, 0}};
  EXPECT_EQ(value(at_network, kLinux), 0x45u);
  EXPECT_EQ(value(at_network, kLibpcap), 0u);
  const Program wraps = {{BPF_LDX | BPF_IMM, 0, 0, UINT32_MAX},
                         {BPF_LD | BPF_IND | BPF_B, 0, 0, 15},
                         {BPF_RET | BPF_A, 0, 0, 0}};
  EXPECT_EQ(value(wraps, kLinux), 0x45u);
  EXPECT_EQ(value(wraps, kLibpcap), 0u);
  const Program shifts = {{BPF_LD | BPF_IMM, 0, 0, 1},
                          {BPF_LDX | BPF_IMM, 0, 0, 33},
                          {BPF_ALU | BPF_LSH | BPF_X, 0, 0, 0},
                          {BPF_RET | BPF_A, 0, 0, 0}};
  EXPECT_EQ(value(shifts, kLinux), 2u);
  EXPECT_EQ(value(shifts, kLibpcap), 0u);
}

TEST(Convert, ProgramsThatOnceFailedAgree) {
  Witnesses witnesses;
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(MILLRACE_TEST_DATA "/classic/found")) {
    SCOPED_TRACE(entry.path());
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    const auto filter = classic::read_text(text.str(), entry.path());
    ASSERT_TRUE(filter) << filter.error().text();
    EXPECT_EQ(witnesses.compare(*filter, random_frames(1, 100)).difference, "");
    ++files;
  }
  EXPECT_GT(files, 0u);
}

}  // namespace
}  // namespace classic_test
