// Classifies packet loads by their constants.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/access.h"

#include <linux/filter.h>
#include <linux/if_ether.h>

#include <optional>

namespace classic {
namespace {

static_assert(kFrameBase == static_cast<uint32_t>(SKF_LL_OFF));
static_assert(kNetworkBase == static_cast<uint32_t>(SKF_NET_OFF));
static_assert(kNetworkHeader == ETH_HLEN);

using Kind = Access::Kind;

// The place in the frame that an absolute offset names.
std::optional<uint32_t> frame_offset(uint32_t k, Dialect dialect) {
  if (static_cast<int32_t>(k) >= 0) return k;
  if (dialect == Dialect::kLibpcap || k < kFrameBase) return std::nullopt;
  return k < kNetworkBase ? k - kFrameBase : k - kNetworkBase + kNetworkHeader;
}

Access absolute(uint32_t k, uint32_t bytes, Dialect dialect) {
  const std::optional<uint32_t> begin = frame_offset(k, dialect);
  if (!begin || *begin + bytes > kMaxPacketBytes) return {Kind::kNever, 0, 0};
  return {Kind::kFrame, *begin, bytes};
}

Access indexed(uint32_t k, uint32_t bytes, Dialect dialect, uint32_t x_max) {
  const bool fits = k <= kMaxPacketBytes && k + bytes <= kMaxPacketBytes;
  if (fits && x_max <= kMaxPacketBytes - (k + bytes)) return {Kind::kIndexed, k, bytes};
  if (!fits && dialect == Dialect::kLibpcap) return {Kind::kNever, 0, 0};
  return {Kind::kComputed, k, bytes};
}

Access ancillary(const Ancillary& row) {
  if (row.reading != Reading::kEthertype) return {};
  return {Kind::kFrame, offsetof(ethhdr, h_proto), sizeof(ethhdr::h_proto)};
}

}  // namespace

uint32_t load_bytes(const Insn& insn) {
  return BPF_SIZE(insn.code) == BPF_W ? 4 : BPF_SIZE(insn.code) == BPF_H ? 2 : 1;
}

Access access_of(const Insn& insn, Dialect dialect, uint32_t x_max) {
  switch (find_spec(insn.code)->operand) {
    case Operand::kPacket:
      if (const Ancillary* row = find_ancillary(insn.k); row && dialect == Dialect::kLinux)
        return ancillary(*row);
      return absolute(insn.k, load_bytes(insn), dialect);
    case Operand::kIpHeader:
      return absolute(insn.k, 1, dialect);
    case Operand::kIndexed:
      return indexed(insn.k, load_bytes(insn), dialect, x_max);
    default:
      return {};
  }
}

}  // namespace classic
