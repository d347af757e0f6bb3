// Lets neighbouring packet loads share one read into transfer registers.
// SPDX-License-Identifier: Apache-2.0
//
// before: r4 = *(u16 *)(r2 + 12)    after: read r2 + 12 .. r2 + 24; r4 = bytes 12, 13 of it
//         r5 = *(u8 *)(r2 + 23)            r5 = byte 23 of it
//
// requires: pointer facts; copies are gathered; jump targets are marked
// ensures:  every packet load that is no copy has a cache range, the first of each range issues the
//           read; ranges are at most 64 bytes and end at whatever may change packet or transfer
//           registers, and where branches join
#include <algorithm>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"
#include "offload-compiler/passes/shared_base.h"

namespace offload {
namespace {

using ebpf::RegType;

constexpr int32_t kMaxRangeBytes = 64;

bool is_cached_load(const PlannedInsn& planned) {
  return is_load(planned.insn) && planned.facts.ptr.type == RegType::kPacket &&
         planned.copy_bytes == 0;
}

bool ends_range(const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const bool stores_to_packet = is_store(insn) && planned.facts.ptr.type == RegType::kPacket;
  return stores_to_packet || is_call(insn) || is_packet_offset_load(insn) ||
         (is_load(insn) && !is_cached_load(planned));
}

bool same_base(const PlannedInsn& a, const PlannedInsn& b) {
  return a.facts.ptr.id == b.facts.ptr.id && a.facts.ptr.off == b.facts.ptr.off;
}

// Widens the range of `head` by `load` when both fit.
bool join(PlannedInsn& head, const PlannedInsn& load) {
  if (!same_base(head, load)) return false;
  const int32_t off = load.insn.off;
  const int32_t start = std::min(head.cache.start, off);
  const int32_t end = std::max(head.cache.end, off + static_cast<int32_t>(access_bytes(load.insn)));
  const bool grows = start != head.cache.start || end != head.cache.end;
  if (grows && end - start > kMaxRangeBytes) return false;
  head.cache.start = start;
  head.cache.end = end;
  return true;
}

void find_ranges(Plan& plan) {
  PlannedInsn* head = nullptr;
  SharedBase base;
  for (PlannedInsn& planned : plan.insns) {
    if (planned.jump_target) head = nullptr;
    if (planned.skip != Skip::kNo) continue;
    if (ends_range(planned)) {
      head = nullptr;
    } else if (is_cached_load(planned)) {
      const bool apart =
          head == nullptr || (plan.fixes(Defect::kSharedRead) && base.may_differ(planned));
      if (apart || !join(*head, planned)) {
        const int32_t off = planned.insn.off;
        head = &planned;
        head->cache = {off, off + static_cast<int32_t>(access_bytes(planned.insn)), true};
        base.begin(*head);
      }
    }
    base.pass(planned);
  }
}

// Loads behind the head of a range use its final extent.
void share_ranges(Plan& plan) {
  PacketRange range;
  for (PlannedInsn& planned : plan.insns) {
    if (planned.skip != Skip::kNo || !is_cached_load(planned)) continue;
    if (planned.cache.reads) range = planned.cache;
    planned.cache = {range.start, range.end, planned.cache.reads};
  }
}

}  // namespace

void cache_packet_loads(Plan& plan) {
  find_ranges(plan);
  share_ranges(plan);
}

}  // namespace offload
