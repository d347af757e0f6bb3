// Lowering of LD_ABS and LD_IND: packet bytes in network order; beyond the packet they abort.
// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/if_ether.h>

#include <algorithm>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::Op;

constexpr unsigned kMinReadBytes = 4;

// Negative offsets count from the network header, or the link layer's. Negative results lie in front of both.
int64_t position_of(int32_t offset) {
  if (offset >= 0) return offset;
  if (offset >= SKF_NET_OFF) return int64_t{offset} - SKF_NET_OFF + ETH_HLEN;
  return int64_t{offset} - SKF_LL_OFF;
}

void abort_beyond(Emitter& out, fpc::Operand end) {
  out.alu(fpc::none(), kPacketLength, Op::kAluSub, end);
  out.relocated_branch(Op::kBcc, firmware::Relocation::kGoAbort);
}

void read_big_endian(Lowering& lowering, const PlannedInsn& planned, fpc::Operand offset) {
  Emitter& out = lowering.out;
  const unsigned size = access_bytes(planned.insn);
  out.command({.op = Op::kMemRead8,
               .a = packet_vector(firmware::kPvPointer),
               .b = offset,
               .length = std::max(size, kMinReadBytes)});
  if (size == 4) {
    out.move(both(low(BPF_REG_0)), fpc::xfer(0));
  } else {
    out.shift(both(low(BPF_REG_0)), fpc::xfer(0), shift_right(32 - 8 * size));
  }
  lowering.zero_extend(planned, BPF_REG_0);
}

// Of constants, without the truncation to 16 bits (defect B10).
void load_absolute(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const unsigned size = access_bytes(planned.insn);
  int64_t offset = static_cast<uint16_t>(planned.insn.imm);
  if (lowering.plan.fixes(Defect::kPacketOffset)) offset = position_of(planned.insn.imm);
  if (offset < 0) {
    out.relocated_branch(Op::kBr, firmware::Relocation::kGoAbort);
    return;
  }
  const auto from = static_cast<uint32_t>(offset);
  abort_beyond(out, out.operand(from + size, kScratchA));
  read_big_endian(lowering, planned, out.restricted_operand(from, kScratchB));
}

// The scratch register's negative offset becomes a position in the packet, or one far beyond it.
void count_from_headers(Emitter& out) {
  constexpr unsigned kNetworkBit = 20;  // of offsets from SKF_NET_OFF on, counted from SKF_LL_OFF
  constexpr unsigned kLinkWords = 4, kNetworkWords = 3;
  const uint32_t end = out.here() + 2 + kLinkWords + kNetworkWords;
  out.branch_if_bit_set(kScratchA, 31, out.here() + 2);
  out.branch(Op::kBr, end);
  out.constant(kAddressB, -SKF_LL_OFF);
  out.alu(both(kScratch), kScratchA, Op::kAluAdd, kAddressB);
  out.branch_if_bit_set(kScratchA, kNetworkBit, out.here() + 2);
  out.branch(Op::kBr, end);
  out.constant(kAddressB, SKF_NET_OFF - SKF_LL_OFF - ETH_HLEN);
  out.alu(both(kScratch), kScratchA, Op::kAluSub, kAddressB);
}

// As the driver does it, for indices that are in the packet or behind it.
void load_indirect(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const fpc::Operand distance = out.operand(static_cast<uint16_t>(planned.insn.imm), kScratchB);
  out.alu(both(kScratch), gpr_a(low(planned.insn.src)), Op::kAluAdd, distance);
  out.alu(kScratchA, kScratchA, Op::kAluAdd, fpc::imm(access_bytes(planned.insn)));
  abort_beyond(out, kScratchA);
  read_big_endian(lowering, planned, kScratchB);
}

// For any index. The position is compared before the size is added, so that no sum passes 2^32.
void load_indirect_anywhere(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const fpc::Operand distance = out.operand(static_cast<uint32_t>(planned.insn.imm), kScratchB);
  out.alu(both(kScratch), gpr_a(low(planned.insn.src)), Op::kAluAdd, distance);
  count_from_headers(out);
  abort_beyond(out, kScratchA);
  out.alu(kScratchA, kScratchA, Op::kAluAdd, fpc::imm(access_bytes(planned.insn)));
  abort_beyond(out, kScratchA);
  read_big_endian(lowering, planned, kScratchB);
}

bool takes_any_index(const Plan& plan, const PlannedInsn& load) {
  return (plan.fixes(Defect::kPacketOffset) && packet_offset_is_cut(load.insn)) ||
         (plan.fixes(Defect::kPacketIndex) && packet_index_may_be_negative(load));
}

}  // namespace

void lower_packet_offset_load(Lowering& lowering, const PlannedInsn& planned) {
  if (BPF_MODE(planned.insn.opcode) == BPF_ABS) return load_absolute(lowering, planned);
  takes_any_index(lowering.plan, planned) ? load_indirect_anywhere(lowering, planned)
                                          : load_indirect(lowering, planned);
}

}  // namespace offload
