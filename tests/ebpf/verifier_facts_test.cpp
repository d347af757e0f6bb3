// What the verifier tells a listener, merged over visits as the nfp driver merges it, equals what the driver of a 6.1 kernel recorded.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "offload-compiler/ebpf/object.h"
#include "offload-compiler/ebpf/verifier.h"

namespace ebpf {
namespace {

using Fields = std::map<std::string, std::string>;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What the driver recorded: one number per name, and the fields of each instruction and subprogram line.
struct Recorded {
  std::map<std::string, int64_t> numbers;
  std::map<uint32_t, Fields> insns, subprograms;
};

Recorded parse_meta(const std::string& text) {
  Recorded out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, word;
    uint32_t index = 0;
    words >> kind;
    if (kind == "insn" || kind == "subprog") {
      words >> index;
      Fields& fields = (kind == "insn" ? out.insns : out.subprograms)[index];
      while (words >> word) {
        const size_t equals = word.find('=');
        if (equals != std::string::npos) {
          fields[word.substr(0, equals)] = word.substr(equals + 1);
        } else {
          words >> fields[word];
        }
      }
    } else if (kind != "map") {
      words >> out.numbers[kind];
    }
  }
  return out;
}

struct Range {
  uint64_t min = ~uint64_t{0}, max = 0;
  void merge(const RegState& reg) {
    min = std::min(min, reg.umin);
    max = std::max(max, reg.umax);
  }
  std::string text() const { return fmt::format("{:x}..{:x}", min, max); }
};

struct Merged {
  bool visited = false;
  Range src, dst;
  RegState pointer, arg2;
  bool caller_frame = false;
  bool add_over_16bit = false, add_maybe_16bit = false;
};

class Listener {
 public:
  explicit Listener(size_t insns) : facts(insns) {}

  base::Result<void> operator()(const Visit& visit) {
    const Insn& insn = visit.program->insns[visit.insn];
    Merged& fact = facts[visit.insn];
    fact.visited = true;
    fact.src.merge(visit.regs[insn.src]);
    fact.dst.merge(visit.regs[insn.dst]);
    fact.arg2 = visit.regs[2];
    const uint8_t cls = BPF_CLASS(insn.opcode);
    fact.pointer = visit.regs[cls == BPF_LDX ? insn.src : insn.dst];
    fact.caller_frame |= fact.pointer.type == RegType::kStack && fact.pointer.frame != visit.frame;
    const Tnum source = visit.regs[insn.src].var_off;
    fact.add_over_16bit |= source.value > 0xffff || source.mask > 0xffff;
    fact.add_maybe_16bit |= (source.value & ~source.mask) <= 0xffff;
    return {};
  }

  std::vector<Merged> facts;
};

std::vector<std::string> vector_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_TEST_DATA "/kernel-jit")) {
    if (entry.path().extension() == ".meta") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The driver rewrites some constants before it prints; only fields that the verifier decides are compared.
void expect_equal(const Fields& recorded, const Merged& own, bool zext, const Insn& insn) {
  const auto flags = std::stoul(recorded.at("flags"), nullptr, 16);
  EXPECT_EQ((flags & 0x40) != 0, zext) << "zext";
  const bool has = recorded.count("src") != 0;
  if (has) {
    EXPECT_EQ(recorded.at("src"), own.src.text()) << "source range";
    EXPECT_EQ(recorded.at("dst"), own.dst.text()) << "destination range";
  }
  if (recorded.count("ptr") != 0) {
    EXPECT_EQ(recorded.at("ptr"), std::to_string(static_cast<int>(own.pointer.type)));
    EXPECT_EQ(recorded.at("ptr_off"), std::to_string(own.pointer.off));
    EXPECT_EQ(recorded.at("ptr_var"),
              fmt::format("{:x}/{:x}", own.pointer.var_off.value, own.pointer.var_off.mask));
    EXPECT_EQ((flags & 4) != 0, own.caller_frame) << "stack of a caller";
  }
  if (recorded.count("arg2") != 0) {
    EXPECT_EQ(recorded.at("arg2"), fmt::format("{},{},{:x}", static_cast<int>(own.arg2.type),
                                               own.arg2.off, own.arg2.var_off.value));
  }
  if (BPF_CLASS(insn.opcode) == BPF_STX && BPF_MODE(insn.opcode) == BPF_ATOMIC) {
    EXPECT_EQ(recorded.at("xadd"),
              fmt::format("{},{}", own.add_over_16bit ? 1 : 0, own.add_maybe_16bit ? 1 : 0));
  }
}

// The driver adds the return address and, where it saves registers, r6..r9 to the frames of subprograms.
int64_t recorded_stack_bytes(uint32_t subprogram, const Fields& fields) {
  int64_t bytes = std::stol(fields.at("stack_depth"));
  if (subprogram > 0) bytes -= 4 + (fields.at("push") == "1" ? 4 * 8 : 0);
  return bytes;
}

class VerifierFacts : public testing::TestWithParam<std::string> {};

TEST_P(VerifierFacts, EqualTheDriversRecord) {
  const std::filesystem::path base = std::string(MILLRACE_TEST_DATA "/kernel-jit/") + GetParam();
  const auto program = program_from_text(read_file(base.string() + ".bpf"), GetParam());
  ASSERT_TRUE(program) << program.error().text();
  const Recorded recorded = parse_meta(read_file(base.string() + ".meta"));
  ASSERT_EQ(recorded.numbers.at("ret"), 0);

  Listener listener(program->insns.size());
  VerifierOptions options;
  options.on_insn = [&](const Visit& visit) { return listener(visit); };
  const auto verified = verify(*program, options);
  ASSERT_TRUE(verified) << verified.error().text();

  ASSERT_EQ(recorded.insns.size(), program->insns.size());
  for (const auto& [index, fields] : recorded.insns) {
    SCOPED_TRACE(fmt::format("insn {}", index));
    EXPECT_TRUE(verified->visited[index]);
    expect_equal(fields, listener.facts[index], verified->zext[index], program->insns[index]);
  }
  ASSERT_EQ(recorded.subprograms.size(), verified->subprograms.size());
  for (const auto& [index, fields] : recorded.subprograms) {
    EXPECT_EQ(recorded_stack_bytes(index, fields), verified->subprograms[index].stack_bytes)
        << "subprogram " << index;
  }
  EXPECT_EQ(recorded.numbers.at("max_pkt_offset"), verified->max_packet_offset);
}

INSTANTIATE_TEST_SUITE_P(KernelJit, VerifierFacts, testing::ValuesIn(vector_names()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace ebpf
