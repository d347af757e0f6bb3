// The text form of programs: what it holds, and one message for each way to get it wrong.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "offload-compiler/ebpf/object.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"

namespace ebpf_test {
namespace {

std::string error_in(const std::string& text) {
  const auto program = ebpf::program_from_text(text, "p.bpf");
  EXPECT_FALSE(program) << text;
  return program ? "" : program.error().text();
}

TEST(ProgramText, ReadsTypeMapsAndInstructions) {
  const auto program = ebpf::program_from_text(
      "# type tc\n# any comment\n# map flows 1 16 4 1024 "
      "0\n\n1811000000000000\n0000000000000000\r\n"
      "b7000000ffffffff  \n9500000000000000\n",
      "p.bpf");
  ASSERT_TRUE(program) << program.error().text();
  EXPECT_EQ(program->type, ebpf::ProgType::kSchedCls);
  EXPECT_EQ(program->maps, std::vector{map_def("flows", 1, 16, 4, 1024)});
  EXPECT_EQ(program->insns, load_map(1, 0) + mov(0, -1) + exit_insn());
}

TEST(ProgramText, AllVectorsReadAndRoundTrip) {
  const auto names = vector_names();
  EXPECT_EQ(names.size(), 42u);
  for (const std::string& name : names) {
    const ebpf::Program program = vector_program(name);
    EXPECT_EQ(ebpf::insns_from_bytes(ebpf::insns_to_bytes(program.insns)), program.insns);
  }
}

TEST(ProgramText, RefusesWithOneMessage) {
  EXPECT_EQ(error_in(""), "p.bpf: no instructions, at least one line of 16 hex digits is needed");
  EXPECT_EQ(error_in("# type kprobe\n"),
            "p.bpf:1: program type 'kprobe', allowed are xdp, tc and socket");
  EXPECT_EQ(error_in("\n# map m 1 4\n"),
            "p.bpf:2: map line of 3 fields, needed are NAME TYPE KEY VALUE MAX FLAGS");
  EXPECT_EQ(error_in("# map m 1 4 x 1 0\n"),
            "p.bpf:1: map field 'x', needed is a number up to 4294967295");
  EXPECT_EQ(error_in("# map m 1 4 4294967296 1 0\n"),
            "p.bpf:1: map field '4294967296', needed is a number up to 4294967295");
  EXPECT_EQ(error_in("95\n"), "p.bpf:1: instruction of 2 characters, needed are 16 hex digits");
  EXPECT_EQ(error_in("9500000000zz0000\n"), "p.bpf:1: 'zz' is no hex byte");
  EXPECT_EQ(error_in("1811000001000000\n0000000000000000\n"),
            "p.bpf: insn 0: map index 1, the program has 0 map lines");
}

}  // namespace
}  // namespace ebpf_test
