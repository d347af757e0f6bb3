// Compiled programs whose rules need BTF: our verifier and the running kernel say what their names begin with.
// SPDX-License-Identifier: Apache-2.0
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <memory>

#include "offload-compiler/ebpf/object.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/objects.h"

namespace ebpf_test {
namespace {

constexpr const char* kObject = "verifier_features";

std::vector<ebpf::Program> feature_programs() {
  const auto object = ebpf::load_object(object_path(kObject));
  EXPECT_TRUE(object) << object.error().text();
  return object ? object->programs : std::vector<ebpf::Program>{};
}

bool accepted_by_name(const std::string& name) {
  const bool accept = name.rfind("accept_", 0) == 0;
  EXPECT_TRUE(accept || name.rfind("refuse_", 0) == 0) << name;
  return accept;
}

int silent(libbpf_print_level, const char*, va_list) { return 0; }

// Each program by itself, since an object is refused with its first bad program.
bool kernel_accepts(const std::string& name) {
  libbpf_set_print(silent);
  const std::unique_ptr<bpf_object, decltype(&bpf_object__close)> object(
      bpf_object__open_file(object_path(kObject).c_str(), nullptr), bpf_object__close);
  if (object == nullptr) return false;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object.get()) {
    bpf_program__set_autoload(program, bpf_program__name(program) == name);
  }
  return bpf_object__load(object.get()) == 0;
}

TEST(VerifierFeatures, AreAnsweredAsTheirNamesSay) {
  const std::vector<ebpf::Program> programs = feature_programs();
  EXPECT_GE(programs.size(), 15u);
  for (const ebpf::Program& program : programs) {
    const auto verified = ebpf::verify(program);
    EXPECT_EQ(verified.has_value(), accepted_by_name(program.name))
        << program.name << ": " << (verified ? "accepted" : verified.error().message);
  }
}

using VerifierFeaturesKernel = KernelTest;

TEST_F(VerifierFeaturesKernel, AreAnsweredTheSameByTheRunningKernel) {
  for (const ebpf::Program& program : feature_programs()) {
    EXPECT_EQ(kernel_accepts(program.name), accepted_by_name(program.name)) << program.name;
  }
}

}  // namespace
}  // namespace ebpf_test
