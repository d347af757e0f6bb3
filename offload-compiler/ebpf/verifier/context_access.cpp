// Fields of the program's context: one table for struct xdp_md, one for struct __sk_buff.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/context_access.h"

#include <linux/bpf.h>

#include <cstddef>
#include <iterator>

namespace ebpf {

namespace {

enum Rights : uint8_t {
  kRead = 1,        // whole
  kNarrow = 2,      // also read in aligned parts
  kWrite = 4,       // whole
  kWriteParts = 8,  // also written in aligned parts
  kWriteOffloaded = 16,
};

struct Field {
  size_t offset, bytes;
  unsigned access_bytes;  // width of a whole access
  RegType type;
  uint8_t xdp_or_cls, socket_filter;  // Rights per program type
};

constexpr RegType kScalar = RegType::kScalar;

#define XDP_FIELD(name) offsetof(xdp_md, name), sizeof(xdp_md::name), 4
constexpr Field kXdp[] = {
    {XDP_FIELD(data), RegType::kPacket, kRead, 0},
    {XDP_FIELD(data_end), RegType::kPacketEnd, kRead, 0},
    {XDP_FIELD(data_meta), RegType::kPacketMeta, kRead, 0},
    {XDP_FIELD(ingress_ifindex), kScalar, kRead, 0},
    {XDP_FIELD(rx_queue_index), kScalar, kRead | kWriteOffloaded, 0},
};
#undef XDP_FIELD

constexpr uint8_t kParts = kRead | kNarrow;
#define SKB_FIELD(name) offsetof(__sk_buff, name), sizeof(__sk_buff::name), 4
#define SKB_WIDE(name) offsetof(__sk_buff, name), sizeof(__sk_buff::name), 8
constexpr Field kSkb[] = {
    {SKB_FIELD(len), kScalar, kParts, kParts},
    {SKB_FIELD(pkt_type), kScalar, kParts, kParts},
    {SKB_FIELD(mark), kScalar, kParts | kWrite, kParts},
    {SKB_FIELD(queue_mapping), kScalar, kParts | kWrite, kParts},
    {SKB_FIELD(protocol), kScalar, kParts, kParts},
    {SKB_FIELD(vlan_present), kScalar, kParts, kParts},
    {SKB_FIELD(vlan_tci), kScalar, kParts, kParts},
    {SKB_FIELD(vlan_proto), kScalar, kParts, kParts},
    {SKB_FIELD(priority), kScalar, kParts | kWrite, kParts},
    {SKB_FIELD(ingress_ifindex), kScalar, kParts, kParts},
    {SKB_FIELD(ifindex), kScalar, kParts, kParts},
    {SKB_FIELD(tc_index), kScalar, kParts | kWrite, kParts},
    {SKB_FIELD(cb), kScalar, kParts | kWrite | kWriteParts, kParts | kWrite | kWriteParts},
    {SKB_FIELD(hash), kScalar, kParts, kParts},
    {SKB_FIELD(tc_classid), kScalar, kParts | kWrite, 0},
    {SKB_FIELD(data), RegType::kPacket, kRead, 0},
    {SKB_FIELD(data_end), RegType::kPacketEnd, kRead, 0},
    {SKB_FIELD(napi_id), kScalar, kParts, kParts},
    {SKB_FIELD(data_meta), RegType::kPacketMeta, kRead, 0},
    {SKB_WIDE(tstamp), kScalar, kRead | kWrite, 0},
    {SKB_FIELD(wire_len), kScalar, kParts, 0},
    {SKB_FIELD(gso_segs), kScalar, kParts, kParts},
    {SKB_FIELD(gso_size), kScalar, kParts, kParts},
    {SKB_WIDE(hwtstamp), kScalar, kRead, 0},
};
#undef SKB_FIELD
#undef SKB_WIDE

bool allowed(const Field& field, uint8_t rights, bool offloaded, uint64_t off, unsigned size,
             bool is_write) {
  const bool whole = size == field.access_bytes && off % size == 0;
  const bool part = off % size == 0 && off % field.access_bytes + size <= field.access_bytes;
  // The control buffer alone may be accessed across its words.
  const bool wide = field.bytes > field.access_bytes && off % size == 0;
  if (!is_write) return (whole && (rights & kRead)) || ((part || wide) && (rights & kNarrow));
  if (whole && (rights & kWriteOffloaded) && offloaded) return true;
  return (whole && (rights & kWrite)) || ((part || wide) && (rights & kWriteParts));
}

}  // namespace

std::optional<RegType> context_field(ProgType type, bool offloaded, int64_t off, unsigned size,
                                     bool is_write) {
  if (off < 0 || size == 0) return std::nullopt;
  const auto at = static_cast<uint64_t>(off);
  const bool is_xdp = type == ProgType::kXdp;
  const Field* fields = is_xdp ? kXdp : kSkb;
  const size_t count = is_xdp ? std::size(kXdp) : std::size(kSkb);
  for (size_t i = 0; i < count; ++i) {
    const Field& field = fields[i];
    if (at < field.offset || at + size > field.offset + field.bytes) continue;
    const uint8_t rights = type == ProgType::kSocketFilter ? field.socket_filter : field.xdp_or_cls;
    if (allowed(field, rights, offloaded, at, size, is_write)) return field.type;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace ebpf
