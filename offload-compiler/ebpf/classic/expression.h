// Filter expressions as tcpdump takes them, compiled to classic BPF by libpcap.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace classic {

struct ExpressionOptions {
  int link_type = 1;                // DLT_*; 1 is Ethernet
  uint32_t snapshot_bytes = 65535;  // what an accepting filter returns
  uint32_t netmask = 0xffffffff;    // of `ip broadcast`; all ones: not known
  bool optimize = true;
};

// Error kInvalidInput with libpcap's words.
base::Result<Program> compile_expression(const std::string& expression,
                                         const ExpressionOptions& options = {});

}  // namespace classic
