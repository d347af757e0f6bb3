// What is no loadable object gets one message that names the file, what was found and what is allowed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "offload-compiler/ebpf/object.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/objects.h"

namespace ebpf_test {
namespace {

constexpr char kSections[] = "xdp, xdp.frags, tc, classifier, tcx, socket";

// The message without the path, which must come first.
std::string error_of(const std::string& path) {
  const auto object = ebpf::load_object(path);
  EXPECT_FALSE(object) << path;
  if (object) return "loaded";
  const std::string text = object.error().text();
  EXPECT_TRUE(text.starts_with(path + ": ")) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  return text.substr(std::min(text.size(), path.size() + 2));
}

std::string error_in(const std::string& content) { return error_of(TemporaryFile(content).path()); }

TEST(ObjectErrors, Files) {
  EXPECT_EQ(error_of("/no/such/file.o"), "cannot be opened: No such file or directory");
  EXPECT_EQ(error_of("/tmp"), "is a directory, needed is an eBPF object file");
  EXPECT_EQ(error_of("/dev/zero"), "is no regular file, needed is an eBPF object file");
  EXPECT_EQ(error_in(""), "is empty, needed is an eBPF object file");
  EXPECT_EQ(error_in("int main() {}"),
            "is no ELF object: begins with 69 6e 74 20, needed is 7f 45 4c 46");
  EXPECT_EQ(error_in("\x7f"), "is no ELF object: begins with 7f 00 00 00, needed is 7f 45 4c 46");
}

TEST(ObjectErrors, PipesDoNotBlock) {
  const TemporaryFile file("");
  const std::string path = file.path() + ".fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(error_of(path), "is no regular file, needed is an eBPF object file");
  unlink(path.c_str());
}

TEST(ObjectErrors, HugeFilesAreNotRead) {
  const TemporaryFile zeros("");
  ASSERT_EQ(truncate(zeros.path().c_str(), 100 << 20), 0);
  EXPECT_EQ(error_of(zeros.path()),
            "is no ELF object: begins with 00 00 00 00, needed is 7f 45 4c 46");
  const TemporaryFile object(read_file(object_path("count")));
  ASSERT_EQ(truncate(object.path().c_str(), 100 << 20), 0);
  EXPECT_EQ(error_of(object.path()), "has 104857600 bytes, allowed are up to 67108864");
}

TEST(ObjectErrors, OtherElfFiles) {
  std::string elf = read_file(object_path("count"));
  const auto with = [&](size_t offset, char value) {
    std::string changed = elf;
    changed[offset] = value;
    return error_in(changed);
  };
  EXPECT_EQ(with(4, 1),
            "is an ELF object of class 1 and data encoding 1, needed are 2 (64 bits) and 1 "
            "(little endian)");
  EXPECT_EQ(with(5, 2),
            "is an ELF object of class 2 and data encoding 2, needed are 2 (64 bits) and 1 "
            "(little endian)");
  EXPECT_EQ(with(18, 62), "is an ELF object for machine 62, needed is 247 (eBPF)");
  EXPECT_EQ(with(16, 2), "is an ELF file of type 2, needed is 1 (relocatable)");
  EXPECT_EQ(error_in(elf.substr(0, 40)), "is truncated: 40 bytes, an ELF header alone has 64");
}

TEST(ObjectErrors, TruncatedObjects) {
  const std::string elf = read_file(object_path("count"));
  for (const size_t size :
       {size_t{64}, size_t{65}, elf.size() / 4, elf.size() / 2, elf.size() - 1}) {
    EXPECT_TRUE(error_in(elf.substr(0, size)).starts_with("malformed object: ")) << size;
  }
}

TEST(ObjectErrors, ContentsThatCannotBeLoaded) {
  EXPECT_EQ(error_of(object_path("no_programs")),
            std::string("no programs, needed is a function in one of the sections ") + kSections);
  EXPECT_EQ(
      error_of(object_path("unknown_section")),
      std::string("program trace: section tracepoint/sched/sched_switch is of no known program "
                  "type, allowed are ") +
          kSections);
  EXPECT_EQ(error_of(object_path("kconfig")),
            "uses kernel configuration variables (extern __kconfig), "
            "allowed are maps and global variables");
  EXPECT_EQ(error_of(object_path("ksym")),
            "uses kernel symbols (extern __ksym), allowed are maps and global variables");
  EXPECT_EQ(
      error_of(object_path("legacy_maps")),
      "malformed object: elf: legacy map definitions in 'maps' section are not supported by libbpf "
      "v1.0+; allowed is what clang -target bpf -g writes for libbpf 1.x");
}

}  // namespace
}  // namespace ebpf_test
