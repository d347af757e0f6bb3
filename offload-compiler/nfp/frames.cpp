// Frame layout, and the deepest chain of calls by a walk over the call graph.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/frames.h"

#include <algorithm>

#include "base/bits.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

constexpr uint32_t kReturnAddressBytes = 4;
constexpr uint32_t kSavedRegisterBytes = 32;
constexpr uint32_t kFrameAlign = 64;

bool names_saved_register(const std::vector<ebpf::Insn>& insns, uint32_t start, uint32_t end) {
  return std::any_of(insns.begin() + start, insns.begin() + end, [](const ebpf::Insn& insn) {
    return insn.dst >= BPF_REG_6 && insn.dst <= BPF_REG_9;
  });
}

size_t frame_of(const std::vector<FrameFacts>& frames, uint32_t insn) {
  const auto next = std::ranges::upper_bound(frames, insn, {}, &FrameFacts::start);
  return static_cast<size_t>(next - frames.begin()) - 1;
}

}  // namespace

std::vector<FrameFacts> lay_out_frames(const std::vector<ebpf::Insn>& insns,
                                       const std::vector<ebpf::Subprogram>& subprograms) {
  std::vector<FrameFacts> frames;
  for (const ebpf::Subprogram& subprogram : subprograms) {
    FrameFacts frame;
    frame.start = subprogram.start;
    frame.end = subprogram.end;
    frame.frame_bytes = subprogram.stack_bytes;
    frame.saves_registers = names_saved_register(insns, frame.start, frame.end);
    if (!frames.empty())
      frame.frame_bytes += kReturnAddressBytes + (frame.saves_registers ? kSavedRegisterBytes : 0);
    frames.push_back(frame);
  }
  return frames;
}

// Calls lead to frames whose depth is known once all of theirs are: as many rounds as chains are long settle it.
uint32_t deepest_stack(const std::vector<ebpf::Insn>& insns,
                       const std::vector<FrameFacts>& frames) {
  std::vector<uint32_t> own(frames.size()), total(frames.size());
  for (size_t f = 0; f < frames.size(); ++f)
    own[f] = static_cast<uint32_t>(base::round_up(frames[f].frame_bytes, kFrameAlign));
  total = own;
  for (size_t round = 0; round < frames.size(); ++round) {
    bool changed = false;
    for (uint32_t i = 0; i < insns.size(); ++i) {
      if (!is_local_call(insns[i])) continue;
      const size_t caller = frame_of(frames, i);
      const size_t callee = frame_of(frames, i + 1 + static_cast<uint32_t>(insns[i].imm));
      const uint32_t depth = own[caller] + total[callee];
      if (depth > total[caller]) total[caller] = depth, changed = true;
    }
    if (!changed) break;
  }
  return total.empty() ? 0 : total[0];
}

}  // namespace offload
