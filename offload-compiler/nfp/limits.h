// The limits that a card sets to a whole program before its words are known: kind, stack, packet offset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/nfp/facts.h"

namespace offload {

// Program type and load flags, which the kernel looks at before the driver is asked.
std::vector<Diagnostic> program_kind_refusals(const ebpf::Program& program);

std::optional<Diagnostic> stack_refusal(const ProgramFacts& facts,
                                        const firmware::Capability& capability);

// What a verified program needs against what the firmware has. The driver compares the packet offset when the program is
// attached, and then takes the lesser of it and the port's MTU; an image has no port yet.
std::vector<Diagnostic> limit_refusals(const ProgramFacts& facts,
                                       const firmware::Capability& capability);

}  // namespace offload
