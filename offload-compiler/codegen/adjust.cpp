// Lowering of xdp_adjust_head and xdp_adjust_tail: the packet vector changes within checked bounds.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <cerrno>

#include "offload-compiler/codegen/lowering.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::Op;

constexpr unsigned kLowHalf = 0b0011;

constexpr fpc::Operand kDelta = gpr_a(low(BPF_REG_2));
constexpr fpc::Operand kPointer = packet_vector(firmware::kPvPointer);
constexpr fpc::Operand kLength = packet_vector(firmware::kPvLength);

void return_zero(Emitter& out) {
  out.immediate(both(low(BPF_REG_0)), 0);
  out.immediate(both(high(BPF_REG_0)), 0);
}

void return_error(Emitter& out) {
  out.constant(both(low(BPF_REG_0)), static_cast<uint32_t>(-EINVAL));
  out.constant(both(high(BPF_REG_0)), ~uint32_t{0});
}

void adjust_head_unchecked(Emitter& out) {
  out.alu(kPointer, kDelta, Op::kAluAdd, kPointer);
  out.alu(kPacketLength, kPacketLength, Op::kAluSub, kDelta);
  out.alu(kLength, kLength, Op::kAluSub, kDelta);
  return_zero(out);
}

// The driver keeps the low 8 bits of a bound (defect adjust_head.window).
uint32_t bound(const Plan& plan, uint32_t offset) {
  return plan.fixes(Defect::kAdjustWindow) ? offset : static_cast<uint8_t>(offset);
}

void adjust_head_checked(Lowering& lowering) {
  Emitter& out = lowering.out;
  const firmware::AdjustHead& window = lowering.capability.adjust_head;
  // The new offset lies in the firmware's window.
  out.alu(kScratchA, kDelta, Op::kAluAdd16, kPointer);
  const fpc::Operand lowest = out.operand(bound(lowering.plan, window.off_min), kScratchB);
  out.alu(fpc::none(), kScratchA, Op::kAluSub, lowest);
  const uint32_t too_low = out.branch(Op::kBcc, 0);
  const fpc::Operand highest = out.operand(bound(lowering.plan, window.off_max), kScratchB);
  out.alu(fpc::none(), highest, Op::kAluSub, kScratchA);
  const uint32_t too_high = out.branch(Op::kBcc, 0);
  // What remains holds an Ethernet header.
  out.alu(kScratchB, kPacketLength, Op::kAluSub, kDelta);
  out.alu(fpc::none(), kScratchB, Op::kAluSub, fpc::imm(ETH_HLEN));
  const uint32_t too_short = out.branch(Op::kBmi, 0);
  return_zero(out);
  out.field(kPointer, kLowHalf, kScratchA);
  const uint32_t done = out.branch(Op::kBr, 0, 2);
  out.alu(kPacketLength, kPacketLength, Op::kAluSub, kDelta);
  out.alu(kLength, kLength, Op::kAluSub, kDelta);
  for (const uint32_t error : {too_low, too_high, too_short}) out.set_target(error, out.here());
  return_error(out);
  out.set_target(done, out.here());
}

}  // namespace

void lower_adjust_head(Lowering& lowering, uint32_t index) {
  lowering.plan.adjust_head == index ? adjust_head_unchecked(lowering.out)
                                     : adjust_head_checked(lowering);
}

void lower_adjust_tail(Lowering& lowering) {
  constexpr unsigned kWords = 11, kErrorWords = 2;
  Emitter& out = lowering.out;
  const uint32_t end = out.here() + kWords, error = end - kErrorWords;
  // Only shrinking carries; what remains holds an Ethernet header.
  out.alu(kScratchA, kPacketLength, Op::kAluAdd, kDelta);
  out.branch(Op::kBcc, error);
  out.alu(fpc::none(), kScratchA, Op::kAluSub, fpc::imm(ETH_HLEN));
  out.branch(Op::kBmi, error);
  out.alu(kPacketLength, kPacketLength, Op::kAluAdd, kDelta);
  out.alu(kLength, kLength, Op::kAluAdd, kDelta);
  out.branch(Op::kBr, end, 2);
  return_zero(out);
  return_error(out);
}

}  // namespace offload
