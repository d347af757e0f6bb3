// compile(): a verified eBPF program to an FPC image, a pure function of program and target.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Target> target = parse_target("nfp/full");
//   Result<firmware::Image> image = offload::compile(program, *target);   // verifies, applies the target's rules, lowers
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/image.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/nfp/facts.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

enum class Codegen { kKernel };

struct Target {
  firmware::Capability capability;
  Codegen codegen = Codegen::kKernel;
  // Correct words where the driver's are known to be wrong (defects.def); the others stay word for word what they are.
  bool fix_defects = false;
  // Global data and stores to map values, which the driver refuses, are translated as well, by correct words.
  bool relaxed = false;
};

// "nfp" or "nfp/PROFILE". Error names what exists.
base::Result<Target> parse_target(std::string_view text);

// An image, and how it came about.
struct Compilation {
  firmware::Image image;
  Plan plan;                        // behind the passes
  std::vector<WordOrigin> origins;  // of each of the image's words
};

// Verifies, applies the driver's rules, optimises and lowers. Errors carry the verifier's or the driver's own words:
// kInvalidInput for what the kernel would answer -EINVAL, kUnsupported for -EOPNOTSUPP, kOutOfRange for limits.
base::Result<firmware::Image> compile(const ebpf::Program& program, const Target& target);
base::Result<Compilation> compile_in_full(const ebpf::Program& program, const Target& target);

// What compile() does behind verification, for a driver: its kernel has verified the program under Rules, and its maps have ids
// already. `map_ids`: of each of the program's maps, 0 for one that it does not refer to.
base::Result<Compilation> translate(const ebpf::Program& program, const Target& target,
                                    ProgramFacts facts, const std::vector<uint32_t>& map_ids);

// Everything that is known to be wrong with what the lowering made of a program. `plan` is what `lowered` was made of.
std::vector<Diagnostic> find_all_defects(const Plan& plan, const Lowered& lowered,
                                         const firmware::Capability& capability);

}  // namespace offload
