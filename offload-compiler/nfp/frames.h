// Stack frames of main and its subprograms as the card's driver lays them out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/nfp/facts.h"

namespace offload {

// Frames of the verifier's subprograms. A callee keeps its return address and, when it has R6..R9 as a destination anywhere, those
// registers in front of its eBPF stack.
std::vector<FrameFacts> lay_out_frames(const std::vector<ebpf::Insn>& insns,
                                       const std::vector<ebpf::Subprogram>& subprograms);

// Bytes along the deepest chain of calls, each frame rounded up to 64. The verifier has refused recursion.
uint32_t deepest_stack(const std::vector<ebpf::Insn>& insns, const std::vector<FrameFacts>& frames);

}  // namespace offload
