// Objects load as libbpf would hand them to the kernel, without the kernel.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/object.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "offload-compiler/ebpf/decode.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/objects.h"

namespace ebpf_test {
namespace {

ebpf::Object load(const std::string& name) {
  auto object = ebpf::load_object(object_path(name));
  EXPECT_TRUE(object) << object.error().text();
  return object ? *object : ebpf::Object{};
}

std::string select_error(const ebpf::Object& object, const std::string& name) {
  const auto program = ebpf::select_program(object, name);
  EXPECT_FALSE(program) << name;
  return program ? "" : program.error().text();
}

// Vectors list only the maps that a program uses, and no types of keys and values: instructions with definitions of maps
// in place of indices.
std::vector<std::pair<Insn, ebpf::MapDef>> with_definitions(const ebpf::Program& program) {
  std::vector<std::pair<Insn, ebpf::MapDef>> result;
  for (Insn insn : program.insns) {
    ebpf::MapDef map;
    const ebpf::InsnSpec* spec = ebpf::find_spec(insn);
    if (spec != nullptr && spec->op == ebpf::Op::kLoadMap) {
      map = program.maps.at(static_cast<size_t>(std::exchange(insn.imm, 0)));
      map.key_btf.clear(), map.value_btf.clear();
    }
    result.emplace_back(insn, map);
  }
  return result;
}

TEST(Object, AllVectorProgramsLinkAsTheyWereRecorded) {
  std::map<std::string, ebpf::Object> objects;
  for (const char* file : {"basic", "count", "fw5", "misc"}) objects[file] = load(file);
  int compared = 0;
  for (const std::string& name : vector_names()) {
    const size_t dot = name.find('.');
    const ebpf::Program expected = vector_program(name);
    const auto program = ebpf::select_program(objects[name.substr(0, dot)], name.substr(dot + 1));
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ(program->type, expected.type) << name;
    EXPECT_TRUE(with_definitions(*program) == with_definitions(expected))
        << name << ": another compiler than the vectors'?";
    EXPECT_EQ(program->license, "GPL");
    ++compared;
  }
  EXPECT_EQ(compared, 42);
}

TEST(Object, LinesNameTheSource) {
  const auto program = ebpf::select_program(load("count"), "count_rate");
  ASSERT_TRUE(program);
  ASSERT_GE(program->lines.size(), 2u);
  const ebpf::LineInfo& second = program->lines[1];
  EXPECT_GT(second.insn, program->lines[0].insn);
  EXPECT_TRUE(second.file.ends_with("kernel-jit/sources/count.c")) << second.file;
  EXPECT_EQ(second.text, "__u32 k = 0; __u64 *v = bpf_map_lookup_elem(&cnt, &k);");
  EXPECT_EQ(second.line, 34u);
  EXPECT_EQ(second.column, 8u);
}

TEST(Object, MapsNameTheirTypes) {
  const ebpf::Object object = load("globals");
  ASSERT_EQ(object.programs.size(), 1u);
  const auto& maps = object.programs[0].maps;
  ASSERT_EQ(maps.size(), 4u);
  EXPECT_EQ(
      maps[0],
      (ebpf::MapDef{
          "flows", BPF_MAP_TYPE_HASH, 8, 8, 16, BPF_F_NO_PREALLOC, "struct flow", "counter", {}}));
  EXPECT_EQ(maps[1].name, ".rodata");
  EXPECT_EQ(maps[1].type, BPF_MAP_TYPE_ARRAY);
  EXPECT_EQ(maps[1].initial, (Bytes{5, 0, 0, 0}));
  EXPECT_EQ(maps[2].name, ".data");
  EXPECT_EQ(maps[2].initial, (Bytes{7, 0, 0, 0}));
  EXPECT_EQ(maps[3].name, ".bss");
}

TEST(Object, GlobalVariablesWorkInTheInterpreter) {
  EXPECT_EQ(run_once(load("globals").programs[0], Bytes(64)).verdict, 5u + 7 + 1);
}

TEST(Object, RelocationsResolveAgainstTheObjectsOwnTypes) {
  const ebpf::Object object = load("core");
  ASSERT_EQ(object.programs.size(), 1u);
  Bytes packet(64);
  packet[2] = 0x34, packet[3] = 0x12;
  EXPECT_EQ(run_once(object.programs[0], packet).verdict, 0x1234u);
}

TEST(Object, ProgramFlagsAreKept) {
  EXPECT_EQ(load("frags").programs[0].flags, static_cast<uint32_t>(BPF_F_XDP_HAS_FRAGS));
  EXPECT_EQ(load("core").programs[0].flags, 0u);
}

TEST(Object, ProgramsOfOtherTypesAreSkippedWithAReason) {
  const ebpf::Object object = load("skipped");
  ASSERT_EQ(object.programs.size(), 3u);
  EXPECT_EQ(object.programs[0].type, ebpf::ProgType::kXdp);
  EXPECT_EQ(object.programs[1].type, ebpf::ProgType::kSchedCls);
  EXPECT_EQ(object.programs[2].type, ebpf::ProgType::kSocketFilter);
  EXPECT_EQ(object.programs[0].license, "Dual MIT/GPL");
  const std::string allowed = ", allowed are xdp, xdp.frags, tc, classifier, tcx, socket";
  const std::string path = object_path("skipped") + ": ";
  EXPECT_EQ(select_error(object, "probe"),
            path + "program probe: section kprobe/do_exit is of no known program type" + allowed);
  EXPECT_EQ(select_error(object, "stray"),
            path + "program stray: section my_section is of no known program type" + allowed);
  EXPECT_EQ(select_error(object, "behind"),
            path + "program behind: section xdp/devmap runs behind a redirect" + allowed);
}

TEST(Object, SelectsByNameOrTheOnlyOne) {
  const ebpf::Object many = load("fw5");
  EXPECT_EQ(ebpf::select_program(many, "fw_learn")->name, "fw_learn");
  EXPECT_EQ(select_error(many, ""),
            object_path("fw5") + ": 3 programs and none chosen, there are fw5, fw_learn, rxq_read");
  EXPECT_EQ(select_error(many, "nope"),
            object_path("fw5") + ": no program nope, there are fw5, fw_learn, rxq_read");
  EXPECT_EQ(ebpf::select_program(load("core"), "")->name, "core");
}

// A user whom the kernel refuses everything can load, since bpf(2) never reaches the kernel.
// The object lies where everybody may read: the build folder may be closed to others.
TEST(Object, LoadsWithoutPrivileges) {
  const std::string path = testing::TempDir() + fmt::format("millrace_{}.o", getpid());
  std::filesystem::copy_file(object_path("count"), path);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
    _exit(ebpf::load_object(path).has_value() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  std::filesystem::remove(path);
  EXPECT_EQ(status, 0);
}

TEST(Object, SyscallStillReachesTheKernel) {
  EXPECT_EQ(syscall(SYS_getpid), getpid());
  errno = 0;
  EXPECT_EQ(syscall(SYS_close, -1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_TRUE(ebpf::load_object(object_path("core")));
  EXPECT_EQ(syscall(SYS_bpf, BPF_OBJ_GET, nullptr, 0), -1) << "capture must not outlive the child";
}

}  // namespace
}  // namespace ebpf_test
