// What can be seen of a program's run on packets: verdicts, bytes, the maps afterwards; and who saw it.
// SPDX-License-Identifier: Apache-2.0
//
// Three witnesses run the same subject: the reference interpreter, our microcode on a core, the running kernel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/link.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "tests/fuzz/card_program.h"
#include "tests/support/kernel_maps.h"

namespace fuzz {

using test_support::Bytes;
using test_support::Entries;

struct Input {
  std::vector<Bytes> packets;
  std::vector<Entries> maps;  // as user space filled them
};

// Packets and entries for a subject, the same for the same seed.
Input make_input(const CardProgram& subject, uint64_t seed, unsigned packets);

struct Observation {
  struct Packet {
    uint32_t verdict = 0;  // R0, or what the card makes of it
    Bytes bytes;
    int queue = -1;  // that the program chose; -1: none
    bool operator==(const Packet&) const = default;
  };
  std::vector<Packet> packets;
  std::vector<Entries> maps;
};

base::Result<Observation> observe_reference(const ebpf::Program& program, const Input& input,
                                            const ebpf::InterpreterOptions& options);
base::Result<Observation> observe_core(const ebpf::Program& program, const firmware::Image& image,
                                       const Input& input);
// The same with an image that is linked already.
base::Result<Observation> observe_core(const ebpf::Program& program, const firmware::Image& image,
                                       const firmware::LinkedStore& store, const Input& input);

// Verdicts as the card's descriptor has them (nfp-fw-abi 2.1, 2.2).
Observation as_card_reports(Observation seen, ebpf::ProgType type);

// Where they differ first; empty: nowhere.
std::string difference(const Observation& expected, const Observation& seen);

}  // namespace fuzz
