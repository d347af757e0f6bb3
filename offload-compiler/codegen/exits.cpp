// The fixed words around a program: packet length on entry, exits that turn R0 into a verdict.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/lowering.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kLengthMask = 0x3fff;  // of the packet vector's length word
constexpr unsigned kUpperHalf = 0b1100;   // of the verdict word
constexpr fpc::Operand kVerdict = gpr_a(firmware::kResultReg);
constexpr fpc::Operand kCode = gpr_b(0);  // R0

// Verdict bytes: bits 16 to 23 of the verdict word.
constexpr unsigned byte_of(uint32_t verdict) { return verdict >> 16; }
constexpr unsigned kPass = byte_of(firmware::kVerdictPass | firmware::kStatPass);
constexpr unsigned kDrop = byte_of(firmware::kVerdictDrop | firmware::kStatDrop);
constexpr unsigned kTransmit = byte_of(firmware::kVerdictTx | firmware::kStatTx);
constexpr unsigned kAborted = byte_of(firmware::kVerdictDrop | firmware::kStatAbort);

// XDP: a byte per code. TC: a nibble per code, verdict and statistic apart.
constexpr uint32_t kXdpBytes = kTransmit << 24 | kPass << 16 | kDrop << 8 | kAborted;
constexpr uint32_t kTcVerdicts = 0x41221211;
constexpr uint32_t kTcStatistics = 0x41001211;

// Leaves with a fixed verdict; the exits for codes out of range lead here as well.
uint32_t emit_abort(Emitter& out, unsigned verdict) {
  out.begin(Part::kAbort);
  const uint32_t start = out.here();
  out.relocated_branch(Op::kBr, firmware::Relocation::kNextPacket, 2);
  out.move(kVerdict, fpc::imm(0));
  out.field(kVerdict, kUpperHalf, fpc::imm(verdict), shift_left(16));
  return start;
}

// dst = field `amount_register` bits up in `table`.
void extract(Emitter& out, fpc::Operand dst, unsigned mask, fpc::Operand table) {
  out.alu(fpc::none(), gpr_a(1), Op::kAluOr, fpc::imm(0));
  out.shift(dst, fpc::imm(mask), Op::kShfAnd, table, kIndirectRight);
}

}  // namespace

void emit_intro(Lowering& lowering) {
  Emitter& out = lowering.out;
  out.begin(Part::kIntro);
  out.constant(kPacketLength, kLengthMask);
  out.alu(kPacketLength, kPacketLength, Op::kAluAnd, packet_vector(firmware::kPvLength));
}

Exits emit_xdp_exits(Lowering& lowering) {
  Emitter& out = lowering.out;
  const uint32_t abort = emit_abort(out, kAborted);
  out.begin(Part::kOut);
  const uint32_t start = out.here();
  out.alu(fpc::none(), fpc::imm(3), Op::kAluSub, kCode);
  out.branch(Op::kBcc, abort);
  out.constant(gpr_b(2), kXdpBytes);
  out.shift(gpr_a(1), kCode, shift_left(3));
  extract(out, gpr_b(2), 0xff, gpr_b(2));
  out.relocated_branch(Op::kBr, firmware::Relocation::kNextPacket, 2);
  out.move(kVerdict, fpc::imm(0));
  out.field(kVerdict, kUpperHalf, gpr_b(2), shift_left(16));
  return {abort, start};
}

Exits emit_tc_exits(Lowering& lowering) {
  Emitter& out = lowering.out;
  const uint32_t abort = emit_abort(out, kPass);
  out.begin(Part::kOut);
  const uint32_t start = out.here();
  out.alu(fpc::none(), fpc::imm(7), Op::kAluSub, kCode);
  out.branch(Op::kBcc, abort);
  out.move(kVerdict, fpc::imm(0));
  out.constant(gpr_b(2), kTcVerdicts);
  out.constant(gpr_b(3), kTcStatistics);
  out.shift(gpr_a(1), kCode, shift_left(2));
  extract(out, gpr_a(2), 0xf, gpr_b(2));
  extract(out, gpr_b(2), 0xf, gpr_b(3));
  out.relocated_branch(Op::kBr, firmware::Relocation::kNextPacket, 2);
  out.shift(gpr_b(2), gpr_a(2), Op::kShfOr, gpr_b(2), shift_left(4));
  out.field(kVerdict, kUpperHalf, gpr_b(2), shift_left(16));
  return {abort, start};
}

}  // namespace offload
