// check(): whether a program can be offloaded, everything that keeps it off, and what it takes of a card's limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

struct LimitUse {
  const char* name;  // stable: "words", "stack_bytes", ...
  uint64_t used, allowed;
};

struct CheckReport {
  std::vector<Diagnostic> refusals;  // by instruction, those of the whole program last
  // Known errors of the driver's translation that the program reaches; they refuse nothing.
  std::vector<Diagnostic> defects;
  // Without what a program that the verifier refuses leaves unknown. Words are those of the instructions that nothing refuses.
  std::vector<LimitUse> limits;
  std::vector<std::string_view> accepting_profiles;  // of the other profiles, when this one refuses

  bool offloadable() const { return refusals.empty(); }
};

// Goes on where the driver stops. A pure function; time and memory are those of the verifier, once a profile.
CheckReport check(const ebpf::Program& program, const firmware::Capability& capability);

}  // namespace offload
