// Lowering of calls between subprograms: frames, return addresses, saving of registers.
// SPDX-License-Identifier: Apache-2.0
//
// A callee that writes R6..R9 is entered through the push subroutine and left through pop; the
// caller passes the callee's address in B21 and the return address in A21. Word 0 of a callee's
// frame keeps the return address, words 1..8 the registers.
#include "base/bits.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kFrameAlign = 64;
constexpr unsigned kAddressLatencyWords = 3;
constexpr unsigned kReturnAddressWord = 0;
constexpr unsigned kFirstSaved = low(BPF_REG_6);
constexpr unsigned kSavedWords = 8;
constexpr unsigned kReturnSlots = 3;  // words behind the return that still run

void move_stack(Emitter& out, Op op, unsigned bytes) {
  const fpc::Operand distance = out.operand(bytes, kScratchB);
  out.alu(kStackBase, kStackBase, op, distance);
  out.write_csr(fpc::Csr::kActLmAddr0, kStackBase);
}

// Moves words 0..7 of the saved registers, with the return in between.
template <typename Move>
uint32_t emit_subroutine(Emitter& out, Part part, fpc::Operand return_to, Move move) {
  out.begin(part);
  const uint32_t start = out.here();
  for (unsigned i = 0; i < kSavedWords; ++i) {
    if (i == kSavedWords - kReturnSlots) out.return_to(return_to, kReturnSlots);
    move(kFirstSaved + i, fpc::lmem(kFrameIndex, kReturnAddressWord + 1 + i));
  }
  return start;
}

}  // namespace

void lower_local_call(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const auto frame = static_cast<unsigned>(base::round_up(lowering.frame_bytes, kFrameAlign));
  if (frame > 0) move_stack(out, Op::kAluAdd, frame);
  if (lowering.plan.frames[lowering.plan.insns[planned.target].frame].saves_registers) {
    const uint32_t return_to = out.here() + 3;
    out.relocated_branch(Op::kBr, firmware::Relocation::kCallPush, 2);
    lowering.callees.push_back({out.here(), planned.target});
    out.address(kScratchB, 0);
    out.address(kScratchA, return_to);
  } else {
    const uint32_t return_to = out.here() + 2;
    lowering.branches.push_back({out.here(), planned.target});
    out.branch(Op::kBr, 0, 1);
    out.address(kScratchA, return_to);
  }
  if (frame == 0) return;
  move_stack(out, Op::kAluSub, frame);
  out.nops(kAddressLatencyWords);
}

void lower_exit(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const fpc::Operand return_address = fpc::lmem(kFrameIndex, kReturnAddressWord);
  if (planned.frame == 0) {
    out.relocated_branch(Op::kBr, firmware::Relocation::kGoOut);
  } else if (lowering.plan.frames[planned.frame].saves_registers) {
    out.relocated_branch(Op::kBr, firmware::Relocation::kCallPop, 1);
    out.move(kScratchA, return_address);
  } else {
    out.move(kScratchA, return_address);
    out.return_to(kScratchA);
  }
}

void emit_frame_intro(Lowering& lowering) {
  lowering.out.move(fpc::lmem(kFrameIndex, kReturnAddressWord), kScratchA);
}

uint32_t emit_push_subroutine(Lowering& lowering) {
  Emitter& out = lowering.out;
  return emit_subroutine(out, Part::kPush, kScratchB,
                         [&](unsigned gpr, fpc::Operand word) { out.move(word, gpr_b(gpr)); });
}

uint32_t emit_pop_subroutine(Lowering& lowering) {
  Emitter& out = lowering.out;
  return emit_subroutine(out, Part::kPop, kScratchA,
                         [&](unsigned gpr, fpc::Operand word) { out.move(both(gpr), word); });
}

}  // namespace offload
