// The three text forms: what is written reads back, and is what tcpdump prints.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/text.h"

#include <gtest/gtest.h>

#include "tests/classic/random_filter.h"

namespace classic_test {
namespace {

using classic::Form;
using classic::Program;

constexpr Form kForms[] = {Form::kListing, Form::kArray, Form::kDecimal};

// What tcpdump 4.99.3 prints for 'icmp' with -d, -dd, -ddd.
constexpr const char* kIcmp[] = {
    "(000) ldh      [12]\n"
    "(001) jeq      #0x800           jt 2\tjf 5\n"
    "(002) ldb      [23]\n"
    "(003) jeq      #0x1             jt 4\tjf 5\n"
    "(004) ret      #262144\n"
    "(005) ret      #0\n",
    "{ 0x28, 0, 0, 0x0000000c },\n"
    "{ 0x15, 0, 3, 0x00000800 },\n"
    "{ 0x30, 0, 0, 0x00000017 },\n"
    "{ 0x15, 0, 1, 0x00000001 },\n"
    "{ 0x6, 0, 0, 0x00040000 },\n"
    "{ 0x6, 0, 0, 0x00000000 },\n",
    "6\n40 0 0 12\n21 0 3 2048\n48 0 0 23\n21 0 1 1\n6 0 0 262144\n6 0 0 0\n"};
const Program kIcmpProgram = {{0x28, 0, 0, 12}, {0x15, 0, 3, 0x800},  {0x30, 0, 0, 23},
                              {0x15, 0, 1, 1},  {0x06, 0, 0, 262144}, {0x06, 0, 0, 0}};

TEST(ClassicText, IsWhatTcpdumpPrints) {
  for (size_t form = 0; form < std::size(kForms); ++form) {
    EXPECT_EQ(classic::write_text(kIcmpProgram, kForms[form]), kIcmp[form]);
    const auto read = classic::read_text(kIcmp[form], "icmp");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, kIcmpProgram);
  }
}

TEST(ClassicText, ReadsBackWhatItWrites) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Program program = random_filter(seed);
    for (const Form form : kForms) {
      const std::string text = classic::write_text(program, form);
      const auto read = classic::read_text(text, "text");
      ASSERT_TRUE(read) << read.error().text() << "\n" << text;
      ASSERT_EQ(*read, program) << text;
    }
  }
}

TEST(ClassicText, ReadsEveryInstructionAndAncillaryLoad) {
  Program program;
  for (const classic::InsnSpec& spec : classic::kInsnSpecs) program.push_back({spec.code, 0, 0, 0});
  for (const classic::Ancillary& row : classic::kAncillaries)
    program.push_back({0x20, 0, 0, classic::kAncillaryBase + row.offset});
  const std::string text = classic::write_text(program, Form::kListing);
  const auto read = classic::read_text(text, "text");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, program) << text;
}

TEST(ClassicText, PassesOverEmptyLinesAndCarriageReturns) {
  const auto read = classic::read_text("\r\n2\r\n\r\n0 0 0 1\r\n6 0 0 0\r\n\r\n", "text");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, (Program{{0, 0, 0, 1}, {6, 0, 0, 0}}));
}

}  // namespace
}  // namespace classic_test
