// Runs small programs in assembler text on a card and keeps what left it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nic-model/nic.h"

namespace harness {

struct Left {  // a departure with its bytes
  nic::Departure packet;
  std::vector<uint8_t> bytes;
};

struct Outcome {
  nic::Report report;
  std::vector<Left> left;
};

// Words of a program that loads at firmware::kProgramStart. It may use the symbols of abi.h and `done`.
firmware::LinkedStore link(const std::string& text);
// A program of tests/data/kernel-jit, such as "basic.drop".
firmware::LinkedStore link_kernel_image(const std::string& name);

// A program that ends with this verdict byte (nfp-fw-abi 2.1).
std::string verdict(unsigned byte);
constexpr unsigned kPass = 0x11, kDrop = 0x22, kTx = 0x44, kAbort = 0x82;

nic::Config config(const std::string& name);
nic::PacketSource traffic(const nic::Config& config, const std::string& spec);
std::vector<nic::Frame> frames_of_sizes(const std::vector<uint32_t>& sizes);  // a microsecond apart

// One card per process: a second call in one test fails.
Outcome run(const nic::Config& config, const firmware::LinkedStore& store, nic::PacketSource source,
            const nic::Limits& limits = {}, const fpc::EngineChoice& engine = {});
Outcome run(const nic::Config& config, const std::string& text, nic::PacketSource source,
            const nic::Limits& limits = {}, const fpc::EngineChoice& engine = {});

// lost + verdicts == offered, lost_by sums to lost, every verdict departs exactly once.
void expect_conserved(const Outcome& outcome);

}  // namespace harness
