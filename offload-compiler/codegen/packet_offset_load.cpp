// Lowering of LD_ABS and LD_IND: packet bytes in network order; beyond the packet they abort.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::Op;

constexpr unsigned kMinReadBytes = 4;

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

}  // namespace

void lower_packet_offset_load(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const unsigned size = access_bytes(insn);
  const auto offset = static_cast<uint16_t>(insn.imm);  // defect B10
  if (BPF_MODE(insn.opcode) == BPF_ABS) {
    abort_beyond(out, out.operand(offset + size, kScratchA));
    return read_big_endian(lowering, planned, out.restricted_operand(offset, kScratchB));
  }
  const fpc::Operand distance = out.operand(offset, kScratchB);
  out.alu(both(kScratch), gpr_a(low(insn.src)), Op::kAluAdd, distance);
  out.alu(kScratchA, kScratchA, Op::kAluAdd, fpc::imm(size));
  abort_beyond(out, kScratchA);
  read_big_endian(lowering, planned, kScratchB);
}

}  // namespace offload
