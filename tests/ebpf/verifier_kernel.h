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

  struct Answer {
    bool accepted = false;
    std::string cause;  // the last line of the log before its summary
    std::string log;
  };
  Answer load(const ebpf::Program& program) const;

 private:
  KernelVerifier() = default;
  std::vector<int> map_fds_;
};

}  // namespace ebpf_test
