// Answers the cases that verifier_cases.c prints: one line a case with what was recorded and what our verifier says.
// SPDX-License-Identifier: Apache-2.0
//
//   verifier_runner CASES     ->   FILE: TITLE <tab> accept|refuse <tab> accept|refuse <tab> what it lacks <tab> our cause
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "offload-compiler/ebpf/object.h"
#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/prototypes.h"

namespace {

struct Case {
  std::string title, expected, lacking, text;
  uint32_t flags = 0;
  std::vector<ebpf::FunctionInfo> functions;
  std::vector<std::pair<size_t, int32_t>> locks;  // map, offset in its value
};

// "# word rest" of a case, or empty.
std::string argument_of(const std::string& line, const std::string& word) {
  const std::string prefix = "# " + word + " ";
  return line.rfind(prefix, 0) == 0 ? line.substr(prefix.size()) : "";
}

void add_line(Case& c, const std::string& line) {
  if (const std::string expected = argument_of(line, "expect"); !expected.empty()) {
    c.expected = expected;
  } else if (const std::string what = argument_of(line, "unsupported"); !what.empty()) {
    c.lacking = what;
  } else if (const std::string flags = argument_of(line, "flags"); !flags.empty()) {
    c.flags = static_cast<uint32_t>(std::stoul(flags));
  } else if (const std::string insn = argument_of(line, "function"); !insn.empty()) {
    ebpf::FunctionInfo function;
    function.insn = static_cast<uint32_t>(std::stoul(insn));
    function.returns_scalar = true;
    c.functions.push_back(function);
  } else if (const std::string lock = argument_of(line, "lock"); !lock.empty()) {
    c.locks.emplace_back(std::stoul(lock), std::stoi(lock.substr(lock.find(' '))));
  } else {
    c.text += line + "\n";
  }
}

// The helper or map type of the program that no program of ours may use; empty when there is none.
std::string lacking(const ebpf::Program& program) {
  for (const ebpf::MapDef& map : program.maps) {
    if (!ebpf::is_known_map_type(map.type)) return fmt::format("map type {}", map.type);
  }
  for (const ebpf::Insn& insn : program.insns) {
    const bool calls_helper = insn.opcode == (BPF_JMP | BPF_CALL) && insn.src == 0;
    if (calls_helper && !ebpf::is_known_helper(insn.imm)) {
      return fmt::format("helper {}", ebpf::helper_name(insn.imm));
    }
  }
  return {};
}

void answer(const Case& c) {
  auto program = ebpf::program_from_text(c.text, c.title);
  std::string missing = c.lacking, cause;
  bool accepted = false;
  if (program) {
    program->flags = c.flags;
    program->functions = c.functions;
    for (const auto& [map, off] : c.locks) program->maps.at(map).lock_off = off;
    if (missing.empty()) missing = lacking(*program);
    ebpf::VerifierOptions options;
    options.offloaded = false;
    const auto verified = ebpf::verify(*program, options);
    accepted = verified.has_value();
    if (!accepted) cause = verified.error().message;
  } else {
    cause = program.error().text();
  }
  std::printf("%s\t%s\t%s\t%s\t%s\n", c.title.c_str(), c.expected.c_str(),
              accepted ? "accept" : "refuse", missing.c_str(), cause.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream in(argc == 2 ? argv[1] : "");
  if (!in) {
    std::fputs("usage: verifier_runner CASES\n", stderr);
    return 2;
  }
  Case current;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("== ", 0) != 0) {
      add_line(current, line);
      continue;
    }
    if (!current.title.empty()) answer(current);
    current = {};
    current.title = line.substr(3);
  }
  if (!current.title.empty()) answer(current);
  return 0;
}
