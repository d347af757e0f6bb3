// Lowering of context accesses: packet pointers, packet length, the choice of a receive queue.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <cstddef>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kQueueSelectedBit = 4;  // of the flags word
constexpr unsigned kQueueInvalid = 64;     // marks a queue number above 255
constexpr unsigned kLowByte = 0b0001;

enum class Field { kPacket, kPacketEnd, kLength, kOther };

Field field_of(ebpf::ProgType type, int16_t off) {
  const bool xdp = type == ebpf::ProgType::kXdp;
  const auto is = [&](size_t xdp_offset, size_t skb_offset) {
    return off == static_cast<int>(xdp ? xdp_offset : skb_offset);
  };
  if (is(offsetof(xdp_md, data), offsetof(__sk_buff, data))) return Field::kPacket;
  if (is(offsetof(xdp_md, data_end), offsetof(__sk_buff, data_end))) return Field::kPacketEnd;
  if (!xdp && off == offsetof(__sk_buff, len)) return Field::kLength;
  return Field::kOther;
}

}  // namespace

void lower_context_load(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const Field field =
      access_bytes(insn) == 4 ? field_of(lowering.plan.source.type, insn.off) : Field::kOther;
  const Destination dst = both(low(insn.dst));
  const fpc::Operand packet = packet_vector(firmware::kPvPointer);
  switch (field) {
    case Field::kPacket:
      out.move(dst, packet);
      break;
    case Field::kPacketEnd:
      out.alu(dst, kPacketLength, Op::kAluAdd, packet);
      break;
    case Field::kLength:
      out.move(dst, kPacketLength);
      break;
    case Field::kOther:
      return out.refuse(refusal<Rule::kContextLoad>(
          access_bytes(insn), insn.off, ebpf::to_string(lowering.plan.source.type),
          lowering.plan.source.type == ebpf::ProgType::kXdp ? "" : " and len"));
  }
  out.immediate(both(high(insn.dst)), 0);
}

void lower_context_store(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  if (lowering.plan.source.type != ebpf::ProgType::kXdp ||
      insn.off != static_cast<int>(offsetof(xdp_md, rx_queue_index)))
    return out.refuse(refusal<Rule::kContextStore>());
  const fpc::Operand flags = packet_vector(firmware::kPvFlags);
  const fpc::Operand queue = packet_vector(firmware::kPvQueue);
  out.alu(fpc::none(), gpr_a(low(insn.src)), Op::kAluAndNotB, fpc::imm(255));
  out.branch(Op::kBeq, out.here() + 4, 2);
  out.shift(flags, flags, Op::kShfOr, fpc::imm(1), shift_left(kQueueSelectedBit));
  out.field(queue, kLowByte, gpr_b(low(insn.src)));
  out.field(queue, kLowByte, fpc::imm(kQueueInvalid));
}

}  // namespace offload
