// The running kernel's verifier as an oracle: loads programs that share their maps, and says why one was refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

class KernelVerifier {
 public:
  // Error: a map cannot be created. Programs given later use these maps.
  static base::Result<KernelVerifier> create(const std::vector<ebpf::MapDef>& maps);
  ~KernelVerifier();
  KernelVerifier(KernelVerifier&& other) noexcept : map_fds_(std::move(other.map_fds_)) {
    other.map_fds_.clear();
  }
  KernelVerifier& operator=(KernelVerifier&&) = delete;

  bool accepts(const ebpf::Program& program) const;
  // Why not: the log's last line before its summary. Asks again, since a log slows the kernel down many times.
  std::string refusal(const ebpf::Program& program) const;

 private:
  KernelVerifier() = default;
  bool load(const ebpf::Program& program, std::string* log) const;

  std::vector<int> map_fds_;
};

}  // namespace ebpf_test
