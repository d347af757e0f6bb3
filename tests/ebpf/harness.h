// What the eBPF tests share: test data, maps, single runs, the kernel as a fixture.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

using Bytes = std::vector<uint8_t>;
using Maps = std::vector<std::shared_ptr<ebpf::Map>>;

std::string read_file(const std::string& path);

// tests/data/kernel-jit: names such as "count.count_ip", sorted; and one program.
std::vector<std::string> vector_names();
ebpf::Program vector_program(const std::string& name);

// nullptr for a map that is neither hash nor array.
Maps make_maps(const ebpf::Program& program);

// One run with fresh maps; the test fails when the program cannot be run.
ebpf::Outcome run_once(const ebpf::Program& program, const Bytes& packet,
                       const ebpf::InterpreterOptions& options = {});
// The message of the error that creating or running the program must give.
std::string error_of(const ebpf::Program& program, const Bytes& packet = Bytes(64),
                     const ebpf::InterpreterOptions& options = {});

// Tests against the running kernel: skipped with the reason, or failed where they are mandatory.
class KernelTest : public testing::Test {
 protected:
  void SetUp() override;
};

}  // namespace ebpf_test
