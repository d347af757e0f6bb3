// Objects that cannot be offloaded, and objects that lie: exit code 2 with one message from compile and run, 1 from check.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>

#include "base/rng.h"
#include "tests/cli/command.h"

namespace {

using test::millrace;
using test::read_text;
using test::scratch_folder;
using test::write_text;
using testing::HasSubstr;

constexpr unsigned kSeconds =
    60;  // that a command may take; the slowest takes one on a free machine
constexpr uint64_t kMostKib = 256 * 1024;

std::string object(const std::string& name) {
  return std::string(MILLRACE_BINARY_DIR) + "/tests/ebpf/objects/" + name;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  EXPECT_EQ(from.size(), to.size());
  size_t count = 0;
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size(), ++count)
    text.replace(at, from.size(), to);
  EXPECT_GT(count, 0u) << from;
  return text;
}

std::string bytes_of(uint32_t number) {
  std::string bytes;
  for (unsigned i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> 8 * i);
  return bytes;
}

// tests/ebpf/sources/shaped_map.c with other numbers.
struct Shape {
  uint32_t type = BPF_MAP_TYPE_HASH, key_bytes = 4, value_bytes = 8, max_entries = 16;
};
std::string object_with_map(const Shape& shape) {
  constexpr uint32_t kPlaceholder = 0x1a2b3c01;
  std::string bytes = read_text(object("shaped_map.o"));
  const std::array numbers = {shape.type, shape.key_bytes, shape.value_bytes, shape.max_entries};
  for (uint32_t i = 0; i < numbers.size(); ++i)
    bytes = replaced(bytes, bytes_of(kPlaceholder + i), bytes_of(numbers[i]));
  return write_text("map.o", bytes);
}

void expect_one_message(const test::Output& output, const std::string& fragment) {
  EXPECT_EQ(output.exit_code, 2) << output.err;
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr(fragment));
  EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
  EXPECT_LT(output.peak_kib, kMostKib);
}

// `program` and options behind it; check says no in the same words.
void expect_refused(const std::vector<std::string>& program, const std::string& fragment) {
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), program.begin(), program.end());
    return arguments;
  };
  expect_one_message(millrace(with({"compile", "-o", scratch_folder() + "/i.json"}), kSeconds),
                     fragment);
  expect_one_message(millrace(with({"run", "--packets", "10"}), kSeconds), fragment);
  const test::Output checked = millrace(with({"check"}), kSeconds);
  EXPECT_EQ(checked.exit_code, 1) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr(fragment));
}

TEST(HostileObject, ProgramsThatAreRefused) {
  struct {
    const char *program, *message;
  } const rows[] = {
      {"unsafe_access", "invalid access to packet"},
      {"deep_stack", "combined stack size of 2 calls is 640"},
      {"endless", "infinite loop detected"},
      {"unknown_helper", "unsupported function id: 12345"},
      {"long_program", "instruction limit reached"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.program);
    expect_refused({object("refused.o"), "--prog", row.program}, row.message);
  }
}

TEST(HostileObject, MapsThatNobodyCreates) {
  constexpr uint32_t kLargest = UINT32_MAX, kHalf = uint32_t{1} << 31;
  struct {
    Shape shape;
    const char* message;
  } const rows[] = {
      {{.type = 99}, "map type not supported"},
      {{.type = kLargest}, "map type not supported"},
      {{.key_bytes = kLargest}, "map elements too large: 4294967304"},
      {{.type = BPF_MAP_TYPE_ARRAY, .max_entries = kLargest}, "too many elements: 4294967295"},
      {{.max_entries = kLargest}, "too many elements: 4294967295"},
      {{.max_entries = 0}, "max_entries is 0, the kernel allows 1 or more"},
      {{.value_bytes = 0}, "value size is 0, the kernel allows 1 or more"},
      {{.value_bytes = kHalf}, "map elements too large: 2147483656"},
      {{.type = BPF_MAP_TYPE_ARRAY, .value_bytes = kHalf, .max_entries = kLargest}, "too many"},
      {{.key_bytes = 0}, "key size is 0, the kernel allows 1 or more"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.message);
    expect_refused({object_with_map(row.shape)}, row.message);
  }
}

TEST(HostileObject, NamesThatNoKernelTakes) {
  const std::string whole = read_text(object("shaped_map.o"));
  const std::string program = write_text("program.o", replaced(whole, "lookup", "lo\xff\x1b[m"));
  const std::string map = write_text("map.o", replaced(whole, "shaped", "sh ped"));
  const std::vector<std::string> commands[] = {
      {"compile", "-o", scratch_folder() + "/i.json"}, {"run"}, {"check"}};
  for (std::vector<std::string> command : commands) {
    command.push_back(program);
    expect_one_message(millrace(command), "a program named 'lo??[m', allowed in names");
    command.back() = map;
    expect_one_message(millrace(command), "a map named 'sh ped', allowed in names");
  }
}

// What a line of the source says goes to terminals and into JSON.
TEST(HostileObject, SourceLinesAreMadePrintable) {
  const std::string line = "return *(volatile __u8 *)(long)ctx->data;";
  std::string changed = line;
  changed.replace(0, 6, "\x1b[2J\xff\xd8");
  const std::string path =
      write_text("lines.o", replaced(read_text(object("refused.o")), line, changed));
  const test::Output text = millrace({"check", path, "--prog", "unsafe_access"});
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.out, HasSubstr("?[2J?? *(volatile __u8 *)"));
  const test::Output json = millrace({"check", path, "--prog", "unsafe_access", "--json", "-"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.out, HasSubstr("?[2J?? *(volatile __u8 *)"));
}

// A global function is verified by what its types say of its arguments.
TEST(HostileObject, TypesThatPromiseMoreThanTheCallerHas) {
  constexpr uint32_t kBytes = 0x123;
  const std::string whole = read_text(object("typed_function.o"));
  ASSERT_EQ(millrace({"check", object("typed_function.o")}).exit_code, 1);  // for the pointer only
  for (const uint32_t bytes : {1u, 1u << 20, 0x7fffffffu, 0xffffffffu}) {
    const std::string path =
        write_text("types.o", replaced(whole, bytes_of(kBytes), bytes_of(bytes)));
    expect_one_message(millrace({"compile", path, "-o", scratch_folder() + "/i.json"}, kSeconds),
                       "types.o: ");
  }
}

TEST(HostileObject, DamagedTypesGiveAnAnswer) {
  const std::string whole = read_text(object("typed_function.o"));
  const size_t types = whole.find("\x9f\xeb\x01");  // magic and version of BTF
  ASSERT_NE(types, std::string::npos);
  base::Rng rng(3);
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    std::string damaged = whole;
    for (uint64_t n = 1 + rng.below(8); n > 0; --n)
      damaged[types + rng.below(900)] = static_cast<char>(rng.next());
    const test::Output output =
        millrace({"compile", write_text("damaged.o", damaged), "-o", scratch_folder() + "/i.json"},
                 kSeconds);
    if (output.exit_code != 0) {
      expect_one_message(output, "damaged.o: ");
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);  // the others have types that fit, by chance
}

}  // namespace
