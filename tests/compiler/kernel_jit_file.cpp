// Reader of the recorded kernel translations.
// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/kernel_jit_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "offload-compiler/ebpf/object.h"

namespace test {
namespace {

const std::filesystem::path kFolder = MILLRACE_TEST_DATA "/kernel-jit";

std::string read_file(const std::string& name, const char* suffix) {
  std::ifstream in(kFolder / (name + suffix));
  EXPECT_TRUE(in.good()) << name << suffix;
  return {std::istreambuf_iterator<char>(in), {}};
}

void read_meta_line(KernelProgram& kernel, const std::string& line) {
  std::istringstream in(line);
  std::string key, skipped;
  in >> key;
  if (key == "insn") {
    in >> skipped;
    KernelInsn& insn = kernel.insns.emplace_back();
    for (std::string field; in >> field;) {
      const size_t equals = field.find('=');
      insn.fields[field.substr(0, equals)] = field.substr(equals + 1);
    }
  } else if (key == "subprog") {
    uint32_t depth = 0, push = 0;
    in >> skipped >> skipped >> depth >> skipped >> push;
    kernel.stack_depths.push_back(depth);
    kernel.saves_registers.push_back(push != 0);
  } else if (key != "map") {
    in >> kernel.state[key];
  }
}

}  // namespace

std::vector<std::string> kernel_program_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".meta") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

KernelProgram read_kernel_program(const std::string& name) {
  KernelProgram kernel;
  kernel.name = name;
  const auto program = ebpf::program_from_text(read_file(name, ".bpf"), name + ".bpf");
  if (program) {
    kernel.program = *program;
  } else {
    ADD_FAILURE() << program.error().text();
  }
  std::istringstream words(read_file(name, ".nfp")), meta(read_file(name, ".meta"));
  for (std::string line; std::getline(words, line);)
    kernel.words.push_back(std::stoull(line, nullptr, 16));
  for (std::string line; std::getline(meta, line);) read_meta_line(kernel, line);
  return kernel;
}

}  // namespace test
