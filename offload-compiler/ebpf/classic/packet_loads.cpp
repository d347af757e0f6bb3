// Emits the loads of packet bytes and ancillary data.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/packet_loads.h"

#include <linux/bpf.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>

#include <cassert>
#include <cstddef>

namespace classic {
namespace {

using Kind = Access::Kind;

void check_end(Emitter& emit, uint8_t base, uint32_t bytes) {
  emit.move(kRegLimit, base);
  emit.add_bytes(kRegLimit, bytes);
  emit.reject_if_beyond(kRegLimit);
}

// Proves that the bytes are there; returns the register that `access.begin` counts from.
uint8_t prove(Emitter& emit, const Point& point) {
  const Access& access = point.access;
  if (access.kind == Kind::kFrame) {
    if (point.known.frame < access.end())
      check_end(emit, kRegData, bytes_to_prove(access, point.need.frame));
    return kRegData;
  }
  if (point.known.index == 0) {
    emit.move(kRegIndexed, kRegData);
    emit.add_register(kRegIndexed, kRegX);
  }
  if (point.known.index < access.end())
    check_end(emit, kRegIndexed, bytes_to_prove(access, point.need.index));
  return kRegIndexed;
}

// X as a number of which a verifier knows nothing but its 32 bits. Reading half of a stored double word makes it forget.
void copy_index(Emitter& emit, const Point& point) {
  if (!(point.spoilt & kX)) return emit.move_lower(kRegTemp, kRegX);
  emit.add(BPF_STX | BPF_MEM | BPF_DW, kRegFrame, kRegX, kCopySlot, 0);
  emit.load(BPF_W, kRegTemp, kRegFrame, kCopySlot);
}

// x + k of libpcap: no sum passes 2^32. Leaves a pointer to byte x in kRegTemp.
void point_at_index(Emitter& emit, const Point& point) {
  const Access& access = point.access;
  copy_index(emit, point);
  emit.reject_if_wide(BPF_JGT, kRegTemp, kMaxPacketBytes - access.end());
  emit.add_register(kRegTemp, kRegData);
  check_end(emit, kRegTemp, access.end());
}

// x + k of Linux, modulo 2^32; offsets behind the bases of negative ones become offsets in the frame. Leaves a pointer to
// byte x + k in kRegTemp.
void point_at_sum(Emitter& emit, const Point& point) {
  const Access& access = point.access;
  constexpr uint32_t kNetworkBaseBehindFrameBase = kNetworkBase - kFrameBase;
  copy_index(emit, point);
  if (access.begin != 0) emit.alu(BPF_ADD, kRegTemp, access.begin);
  emit.skip_if(BPF_JSGE, kRegTemp, 0, 4);
  emit.reject_if(BPF_JLT, kRegTemp, kFrameBase);
  emit.alu(BPF_ADD, kRegTemp, 0 - kFrameBase);
  emit.skip_if(BPF_JLT, kRegTemp, kNetworkBaseBehindFrameBase, 1);
  emit.alu(BPF_ADD, kRegTemp, kNetworkHeader - kNetworkBaseBehindFrameBase);
  emit.reject_if_wide(BPF_JGT, kRegTemp, kMaxPacketBytes - access.bytes);
  emit.add_register(kRegTemp, kRegData);
  check_end(emit, kRegTemp, access.bytes);
}

void load_at(Emitter& emit, uint8_t size, uint8_t dst, uint8_t base, uint32_t offset) {
  if (offset > INT16_MAX) {
    if (base != kRegTemp) emit.move(kRegTemp, base);
    emit.add_bytes(kRegTemp, offset);
    base = kRegTemp;
    offset = 0;
  }
  emit.load(size, dst, base, static_cast<int16_t>(offset));
}

void to_host_order(Emitter& emit, uint8_t reg, uint32_t bytes) {
  if (bytes > 1)
    emit.add(BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0, static_cast<int32_t>(bytes * 8));
}

// Linux takes a value below 1536 for the length of an 802.3 frame: with 802.2 behind it, or IPX when that begins with ones.
void emit_ethertype(Emitter& emit, const Point& point) {
  constexpr int16_t kLengthInsns = 7, kIpxInsns = 3;
  const uint8_t base = prove(emit, point);
  load_at(emit, BPF_H, kRegA, base, point.access.begin);
  to_host_order(emit, kRegA, point.access.bytes);
  emit.skip_if(BPF_JGE, kRegA, ETH_P_802_3_MIN, kLengthInsns);
  emit.set(kRegA, ETH_P_802_2);
  emit.move(kRegLimit, kRegData);
  emit.add_bytes(kRegLimit, ETH_HLEN + 2);
  emit.add(BPF_JMP | BPF_JGT | BPF_X, kRegLimit, kRegEnd, kIpxInsns, 0);
  emit.load(BPF_H, kRegTemp, kRegData, ETH_HLEN);
  emit.skip_if(BPF_JNE, kRegTemp, 0xffff, 1);
  emit.set(kRegA, ETH_P_802_3);
}

void load_context_field(Emitter& emit, size_t offset) {
  emit.load(BPF_DW, kRegTemp, kRegFrame, kContextSlot);
  emit.load(BPF_W, kRegA, kRegTemp, static_cast<int16_t>(offset));
}

}  // namespace

void emit_packet_load(Emitter& emit, const Insn& insn, const Point& point, Dialect dialect) {
  const Access& access = point.access;
  const bool is_ip_header = find_spec(insn.code)->operand == Operand::kIpHeader;
  const uint8_t dst = is_ip_header ? kRegX : kRegA;
  const auto size = static_cast<uint8_t>(is_ip_header ? BPF_B : BPF_SIZE(insn.code));
  uint8_t base = kRegTemp;
  uint32_t offset = access.begin;
  if (access.kind != Kind::kComputed) {
    base = prove(emit, point);
  } else if (dialect == Dialect::kLibpcap) {
    point_at_index(emit, point);
  } else {
    point_at_sum(emit, point);
    offset = 0;
  }
  load_at(emit, size, dst, base, offset);
  to_host_order(emit, dst, access.bytes);
  if (!is_ip_header) return;
  emit.alu(BPF_AND, dst, 0xf);
  emit.alu(BPF_LSH, dst, 2);
}

bool reads_context(const Ancillary& row) {
  return row.reading == Reading::kIfindex || row.reading == Reading::kQueue;
}

void emit_ancillary(Emitter& emit, const Ancillary& row, const Point& point) {
  switch (row.reading) {
    case Reading::kNone:
      assert(false && "check() refuses it");
      return;
    case Reading::kZero:
      return emit.set(kRegA, 0);
    case Reading::kEthertype:
      return emit_ethertype(emit, point);
    case Reading::kIfindex:
      return load_context_field(emit, offsetof(xdp_md, ingress_ifindex));
    case Reading::kQueue:
      load_context_field(emit, offsetof(xdp_md, rx_queue_index));
      return emit.alu(BPF_ADD, kRegA, 1);
    case Reading::kEthernet:
      return emit.set(kRegA, ARPHRD_ETHER);
    case Reading::kXorX:
      return emit.alu_reg(BPF_XOR, kRegA, kRegX);
    case Reading::kRandom:
      emit.add(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
      return emit.move_lower(kRegA, kRegA);
  }
}

}  // namespace classic
