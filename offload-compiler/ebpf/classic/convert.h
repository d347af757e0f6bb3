// Converts classic BPF to eBPF: an XDP program that reads the packet directly.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<ebpf::Program> program = classic::convert(filter, {.source = "tcp port 80"});
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/classic/program.h"
#include "offload-compiler/ebpf/program.h"

namespace classic {

// Whose meaning a program has where the two differ: loads at x + k when the sum passes 2^32 (libpcap: outside the packet;
// Linux: wraps), shifts by x above 31 (0; x modulo 32), loads at negative offsets (outside; SKF_NET_OFF, SKF_LL_OFF and
// ancillary data).
enum class Dialect : uint8_t { kLinux, kLibpcap };

enum class Answer : uint8_t {
  kVerdict,  // XDP_PASS when the filter accepts, XDP_DROP when it rejects
  kValue,    // what the filter itself returns
};

struct ConvertOptions {
  std::string source = {};  // what messages call the program: the expression or the file
  Dialect dialect = Dialect::kLibpcap;
  Answer answer = Answer::kVerdict;
  std::optional<uint32_t> length =
      std::nullopt;  // what loads of the packet's length read instead of the frame's bytes
};

// check() first. The result passes the kernel's verifier and ours; its lines are the classic instructions. Loads beyond
// the packet, or beyond 65,535 bytes, reject. Error kOutOfRange: a jump that eBPF cannot express.
base::Result<ebpf::Program> convert(const Program& program, const ConvertOptions& options = {});

}  // namespace classic
