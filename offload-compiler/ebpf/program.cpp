// Conversions of program data: wire form, names of program types, extents of subprograms.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/program.h"

#include <algorithm>
#include <cassert>

#include "base/bits.h"
#include "offload-compiler/ebpf/decode.h"

namespace ebpf {
namespace {

constexpr size_t kSlotBytes = 8;

}  // namespace

const char* to_string(ProgType type) {
  switch (type) {
    case ProgType::kXdp:
      return "xdp";
    case ProgType::kSchedCls:
      return "sched_cls";
    case ProgType::kSocketFilter:
      return "socket_filter";
  }
  return "";
}

std::vector<Insn> insns_from_bytes(const std::vector<uint8_t>& bytes) {
  assert(bytes.size() % kSlotBytes == 0 && "the wire form has 8 bytes a slot");
  std::vector<Insn> insns;
  insns.reserve(bytes.size() / kSlotBytes);
  for (size_t at = 0; at + kSlotBytes <= bytes.size(); at += kSlotBytes) {
    const uint8_t* slot = bytes.data() + at;
    insns.push_back({.opcode = slot[0],
                     .dst = static_cast<uint8_t>(slot[1] & 0xf),
                     .src = static_cast<uint8_t>(slot[1] >> 4),
                     .off = static_cast<int16_t>(base::load_le<uint16_t>(slot + 2)),
                     .imm = static_cast<int32_t>(base::load_le<uint32_t>(slot + 4))});
  }
  return insns;
}

std::vector<uint8_t> insns_to_bytes(const std::vector<Insn>& insns) {
  std::vector<uint8_t> bytes(insns.size() * kSlotBytes);
  uint8_t* slot = bytes.data();
  for (const Insn& insn : insns) {
    slot[0] = insn.opcode;
    slot[1] = static_cast<uint8_t>((insn.src << 4) | (insn.dst & 0xf));
    base::store_le(slot + 2, static_cast<uint16_t>(insn.off));
    base::store_le(slot + 4, static_cast<uint32_t>(insn.imm));
    slot += kSlotBytes;
  }
  return bytes;
}

std::vector<uint32_t> subprogram_starts(const std::vector<Insn>& insns) {
  std::vector<uint32_t> starts{0};
  for (size_t i = 0; i < insns.size(); ++i) {
    const InsnSpec* spec = find_spec(insns[i]);
    if (spec == nullptr) continue;
    if (spec->op == Op::kCallLocal) {
      const int64_t target = static_cast<int64_t>(i) + 1 + insns[i].imm;
      if (target > 0 && target < static_cast<int64_t>(insns.size())) {
        starts.push_back(static_cast<uint32_t>(target));
      }
    }
    if (spec->is_wide()) ++i;
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

}  // namespace ebpf
