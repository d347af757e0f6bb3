// compile(): a verified eBPF program to an FPC image, a pure function of program and target.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Target> target = parse_target("nfp/full");
//   Result<firmware::Image> image = offload::compile(program, *target);   // verifies, applies the target's rules, lowers
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/image.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

enum class Codegen { kKernel };

struct Target {
  firmware::Capability capability;
  Codegen codegen = Codegen::kKernel;
};

// "nfp" or "nfp/PROFILE". Error names what exists.
base::Result<Target> parse_target(std::string_view text);

// Verifies, applies the driver's rules, optimises and lowers. Errors carry the verifier's or the driver's own words:
// kInvalidInput for what the kernel would answer -EINVAL, kUnsupported for -EOPNOTSUPP, kOutOfRange for limits.
base::Result<firmware::Image> compile(const ebpf::Program& program, const Target& target);

}  // namespace offload
