// Reads the verifier's cases; the file's first lines say how it is written.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_cases.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <fstream>
#include <sstream>

#include "tests/ebpf/asm.h"
#include "tests/ebpf/verifier_asm.h"

namespace ebpf_test {
namespace {

struct Abbreviation {
  const char* name;
  const char* code;
};
constexpr Abbreviation kAbbreviations[] = {
    {"$packet", "r6 = r1; r7 = *(u32 *)(r1 + 0); r8 = *(u32 *)(r1 + 4)"},
    {"$value",
     "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map[0]; call 1; if r0 != 0x0 goto +1; exit"},
    {"$lock",
     "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map[6]; call 1; if r0 != 0x0 goto +1; exit; "
     "r6 = r0; r1 = r0; call 93"},
    {"$end", "r0 = 0; exit"},
};

std::vector<ebpf::MapDef> case_maps() {
  std::vector<ebpf::MapDef> maps = {
      map_def("hash", BPF_MAP_TYPE_HASH, 4, 24, 16),
      map_def("array", BPF_MAP_TYPE_ARRAY, 4, 16, 4),
      map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4),
      map_def("programs", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4),
      map_def("one", BPF_MAP_TYPE_ARRAY, 4, 64, 1),
      map_def("constants", BPF_MAP_TYPE_ARRAY, 4, 16, 4),
  };
  maps.back().flags = BPF_F_RDONLY_PROG;
  maps.push_back(map_def("locked", BPF_MAP_TYPE_HASH, 4, 16, 4));
  maps.back().lock_off = 0;
  return maps;
}

std::string expand(std::string text) {
  for (const Abbreviation& a : kAbbreviations) {
    const std::string name = a.name;
    for (size_t at; (at = text.find(name)) != std::string::npos;) {
      text.replace(at, name.size(), a.code);
    }
  }
  return text;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t bar; (bar = line.find(" | ", start)) != std::string::npos; start = bar + 3) {
    parts.push_back(line.substr(start, bar - start));
  }
  parts.push_back(line.substr(start));
  return parts;
}

VerifierCase parse_header(const std::string& line) {
  VerifierCase out;
  const std::vector<std::string> parts = split(line.substr(3));
  const std::string& verdict = parts[0];
  out.accept = verdict == "accept";
  if (!out.accept) {
    EXPECT_EQ(verdict.substr(0, 7), "refuse ") << line;
    out.refusal = "insn " + verdict.substr(7);
  }
  EXPECT_GE(parts.size(), 2u) << line;
  out.title = parts.size() > 1 ? parts[1] : "";
  out.program = xdp({}, case_maps());
  if (parts.size() > 2 && parts[2] == "sched_cls") out.program.type = ebpf::ProgType::kSchedCls;
  if (parts.size() > 2 && parts[2] == "socket_filter") {
    out.program.type = ebpf::ProgType::kSocketFilter;
  }
  if (parts.size() > 3) out.kernel_differs = parts[3].substr(parts[3].find(' ') + 1);
  return out;
}

// "function 5 global int ctx scalar mem8"
ebpf::FunctionInfo parse_function(const std::string& line) {
  using Kind = ebpf::FunctionArg::Kind;
  std::istringstream in(line);
  std::string word, linkage, result;
  ebpf::FunctionInfo out;
  in >> word >> out.insn >> linkage >> result;
  EXPECT_TRUE(in.good() || in.eof()) << line;
  out.name.push_back('f');
  out.is_global = linkage == "global";
  out.returns_scalar = result == "int";
  while (in >> word) {
    ebpf::FunctionArg& arg = out.args.emplace_back();
    if (word == "ctx") arg.kind = Kind::kContext;
    if (word == "other") arg.kind = Kind::kOther;
    if (word.rfind("mem", 0) == 0) {
      arg = {Kind::kMemory, static_cast<uint32_t>(std::stoul(word.substr(3)))};
    }
  }
  return out;
}

}  // namespace

std::vector<VerifierCase> read_verifier_cases() {
  std::vector<VerifierCase> cases;
  std::ifstream in(MILLRACE_TEST_DATA "/verifier/cases.txt");
  EXPECT_TRUE(in.good());
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.substr(0, 3) == "== ") {
      cases.push_back(parse_header(line));
      continue;
    }
    if (line.rfind("function ", 0) == 0) {
      cases.back().program.functions.push_back(parse_function(line));
      continue;
    }
    const auto code = assemble(expand(line));
    EXPECT_TRUE(code) << cases.back().title << ": " << code.error().text();
    if (code) cases.back().program.insns = *code;
  }
  return cases;
}

}  // namespace ebpf_test
