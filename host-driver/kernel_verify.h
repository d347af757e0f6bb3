// Asks the running kernel's verifier about a program and compares its answer with ours.
// SPDX-License-Identifier: Apache-2.0
//
//   base::Result<VerifierComparison> compared = verify_in_kernel(program, types_of(object, program));
//   if (compared && compared->differs()) ...   // compared->text() says how
#pragma once

#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace host {

struct VerifierAnswer {
  bool accepted = false;
  std::string cause;  // of a refusal
};

struct VerifierComparison {
  VerifierAnswer own, kernel;
  std::string release;  // of the kernel, as uname -r prints it

  bool differs() const { return own.accepted != kernel.accepted; }
  std::string text() const;  // one sentence
};

// Both judge the program as one that runs on the host: what only a device grants is refused by both. Error kIo: the kernel
// cannot be asked, and why. `types`: what the object knows of the program; locks in maps, callbacks and tail calls out of functions need it.
base::Result<VerifierComparison> verify_in_kernel(const ebpf::Program& program,
                                                  const ebpf::KernelTypes& types = {});

}  // namespace host
