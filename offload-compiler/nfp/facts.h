// What the card's driver knows of each instruction after verification: merged over all visits,
// nothing else of the proof. SPDX-License-Identifier: Apache-2.0
//
// Filled by the rules (rules.h) while the verifier runs, or from recorded state. Passes and
// lowering see only this.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fpc/firmware/image.h"
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

// A pointer operand as the last visit saw it.
struct PointerFacts {
  ebpf::RegType type = ebpf::RegType::kNotInit;
  int32_t off = 0;  // fixed part of the register's offset
  ebpf::Tnum var_off{.value = 0, .mask = 0};
  uint32_t id = 0;   // same id: same unknown packet offset
  uint32_t map = 0;  // kMapValue: index of the map
};

struct InsnFacts {
  bool visited = false;
  bool zext = false;  // the verifier asks for a cleared upper half

  PointerFacts ptr;            // base of a memory access; a helper's data pointer is in `data_type`
  bool ptr_not_const = false;  // stack base whose offset differs between visits
  bool caller_frame = false;   // stack base that points into a caller's frame
  bool xadd_over_16bit = false;   // atomic add: the addend may exceed 0xffff
  bool xadd_maybe_16bit = false;  // atomic add: the addend may fit 16 bits

  ValueRange src, dst;  // operands of ALU instructions

  uint32_t helper = 0;                                // helper calls: id, 0 before the first visit
  PointerFacts key;                                   // R2 of the map helpers
  bool key_varies = false;                            // R2's stack offset differs between visits
  ebpf::RegType data_type = ebpf::RegType::kNotInit;  // R4 of perf_event_output
};

// xdp_adjust_head: which lowering the call sites allow.
constexpr uint32_t kAdjustHeadUnused = 0;
constexpr uint32_t kAdjustHeadChecked =
    ~uint32_t{0};  // any other value: the one instruction that may skip its checks

struct FrameFacts {
  uint32_t start = 0, end = 0;  // instructions [start, end)
  uint32_t frame_bytes = 0;     // return address and saved registers of a callee included
  bool saves_registers = false;
};

struct ProgramFacts {
  std::vector<InsnFacts> insns;
  std::vector<FrameFacts> frames;  // of main and each subprogram, by start
  uint32_t adjust_head = kAdjustHeadUnused;
  uint32_t stack_bytes = 0;  // along the deepest call chain
  uint32_t max_packet_offset = 0;
  std::vector<std::vector<firmware::WordUse>> map_word_use;  // parallel to Program::maps
};

}  // namespace offload
