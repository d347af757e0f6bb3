// What the card's driver knows of each instruction after verification, merged over all visits.
// SPDX-License-Identifier: Apache-2.0
//
// Filled by the rules (rules.h) while the verifier runs, or from recorded state. Passes and
// lowering see only this.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fpc/firmware/image.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/verifier.h"

namespace offload {

// Unsigned bounds of an operand over all visits; empty (min > max) before the first.
struct ValueRange {
  uint64_t min = ~uint64_t{0}, max = 0;

  void merge(uint64_t low, uint64_t high) {
    min = std::min(min, low);
    max = std::max(max, high);
  }
  bool is_constant() const { return min == max; }
};

// A pointer operand, or a scalar one, as the last visit saw it.
struct PointerFacts {
  ebpf::RegType type = ebpf::RegType::kNotInit;
  int32_t off = 0;  // fixed part of the register's offset
  ebpf::Tnum var_off{.value = 0, .mask = 0};
  uint32_t id = 0;  // same id: same unknown packet offset

  // The whole offset, of pointers whose unknown part is constant.
  int64_t fixed_offset() const { return off + static_cast<int64_t>(var_off.value); }
};

struct InsnFacts {
  bool visited = false;
  bool zext = false;  // the verifier asks for a cleared upper half

  PointerFacts ptr;            // base of a memory access; a helper's data pointer is in `data_type`
  bool ptr_differs = false;    // other unknown part or offset than on an earlier visit
  bool ptr_not_const = false;  // stack base whose offset differs between visits
  bool caller_frame = false;   // stack base that points into a caller's frame
  bool xadd_over_16bit = false;   // atomic add: the addend may exceed 0xffff
  bool xadd_maybe_16bit = false;  // atomic add: the addend may fit 16 bits

  ValueRange src, dst;  // operands of ALU instructions; src: the index of a load by packet offset

  uint32_t helper = 0;                                // helper calls: id, 0 before the first visit
  PointerFacts key;                                   // R2
  bool key_varies = false;                            // R2's stack offset differs between visits
  bool key_in_caller = false;                         // R2 points into a caller's frame
  ebpf::RegType data_type = ebpf::RegType::kNotInit;  // R4 of perf_event_output
};

// xdp_adjust_head: which lowering the call sites allow.
constexpr uint32_t kAdjustHeadUnused = 0;
// Any other value: the one instruction that may skip its checks.
constexpr uint32_t kAdjustHeadChecked = ~uint32_t{0};

struct FrameFacts {
  uint32_t start = 0, end = 0;  // instructions [start, end)
  uint32_t frame_bytes = 0;     // return address and saved registers of a callee included
  bool saves_registers = false;

  // From the frame's bottom to where r10 points: whole words.
  uint32_t depth() const { return (frame_bytes + 3) / 4 * 4; }
};

struct ProgramFacts {
  bool fix_defects = false;  // taken under rules that leave out what correct code makes needless
  std::vector<Diagnostic> waived;  // what the driver refuses and these rules let pass
  std::vector<InsnFacts> insns;
  std::vector<FrameFacts> frames;  // of main and each subprogram, by start
  uint32_t adjust_head = kAdjustHeadUnused;
  uint32_t stack_bytes = 0;  // along the deepest call chain
  uint32_t max_packet_offset = 0;
  std::vector<std::vector<firmware::WordUse>> map_word_use;  // parallel to Program::maps
};

}  // namespace offload
