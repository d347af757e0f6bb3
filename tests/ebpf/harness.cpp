// Test data and runs for the eBPF tests.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/harness.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "offload-compiler/ebpf/object.h"
#include "tests/support/kernel_oracle.h"

namespace ebpf_test {
namespace {

const std::filesystem::path kVectors = MILLRACE_TEST_DATA "/kernel-jit";

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> vector_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kVectors)) {
    if (entry.path().extension() == ".bpf") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

ebpf::Program vector_program(const std::string& name) {
  const std::string path = kVectors / (name + ".bpf");
  auto program = ebpf::program_from_text(read_file(path), path);
  EXPECT_TRUE(program) << program.error().text();
  program->name = name;
  return *program;
}

Maps make_maps(const ebpf::Program& program) {
  Maps maps;
  for (const ebpf::MapDef& def : program.maps) {
    auto map = ebpf::Map::create(def);
    maps.push_back(map ? std::move(*map) : nullptr);
  }
  return maps;
}

ebpf::Outcome run_once(const ebpf::Program& program, const Bytes& packet,
                       const ebpf::InterpreterOptions& options) {
  auto interpreter = ebpf::Interpreter::create(program, make_maps(program), options);
  if (!interpreter) {
    ADD_FAILURE() << interpreter.error().text();
    return {};
  }
  auto outcome = interpreter->run(packet);
  if (!outcome) {
    ADD_FAILURE() << outcome.error().text();
    return {};
  }
  return *outcome;
}

std::string error_of(const ebpf::Program& program, const Bytes& packet,
                     const ebpf::InterpreterOptions& options) {
  auto interpreter = ebpf::Interpreter::create(program, make_maps(program), options);
  if (!interpreter) return interpreter.error().text();
  const auto outcome = interpreter->run(packet);
  EXPECT_FALSE(outcome) << "the program ran";
  return outcome ? "" : outcome.error().text();
}

void KernelTest::SetUp() {
  const auto kernel = test_support::kernel_availability();
  if (kernel.usable) return;
  if (kernel.must_fail) FAIL() << kernel.reason;
  GTEST_SKIP() << kernel.reason;
}

}  // namespace ebpf_test
