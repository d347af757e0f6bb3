// Lowering of atomic additions: immediate for 16-bit addends, full, or chosen between at run time.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/map_address.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

// indirect_ref word of add_imm: data from bits 31:16, length 8 | (64-bit) << 2 (nfp-isa 12.4).
constexpr unsigned kOverrideImmediate = 2u << 3 | 1u << 7 | 0x8u << 8;
constexpr unsigned kOverrideWide = 0x4u << 8;
constexpr unsigned kUpperHalf = 0b1100;
constexpr unsigned kImmediateWords = 3;
constexpr unsigned kWideCount = 4;  // count bit 2: 64-bit operand

class AtomicAdd {
 public:
  AtomicAdd(Lowering& lowering, const PlannedInsn& planned)
      : out_(lowering.out),
        insn_(planned.insn),
        displacement_(displacement_of(lowering.plan, planned.insn.off)),
        facts_(planned.facts),
        wide_(access_bytes(planned.insn) == 8) {}

  void lower() {
    const bool full = facts_.xadd_over_16bit, immediate = facts_.xadd_maybe_16bit;
    const fpc::Operand offset = out_.operand(displacement_.bytes, kScratchB);
    if (full && immediate) return choose(offset);
    compute_address(offset);
    full ? add_full() : add_immediate();
  }

 private:
  void choose(fpc::Operand offset) {
    const unsigned address_words = insn_.off == 0 ? 0 : 2;
    out_.constant(kScratchA, 0xffff);
    out_.alu(fpc::none(), kScratchA, Op::kAluSub, gpr_b(low(insn_.src)));
    out_.alu(fpc::none(), fpc::imm(0), Op::kAluSubCarry, gpr_b(high(insn_.src)));
    const uint32_t full = out_.here() + 1 + address_words + kImmediateWords + 1;
    out_.branch(Op::kBcc, full, address_words);
    compute_address(offset);
    add_immediate();
    out_.branch(Op::kBr, full + (wide_ ? 3 : 2));
    add_full();
  }

  void compute_address(fpc::Operand offset) {
    if (insn_.off == 0) return;
    out_.alu(kAddressA, gpr_a(low(insn_.dst)), displacement_.low_half, offset);
    out_.alu(kAddressB, gpr_a(high(insn_.dst)), displacement_.high_half, fpc::imm(0));
  }

  Command command(Op op) const {
    const bool moved = insn_.off != 0;
    return {.op = op,
            .mode = fpc::AddressMode::kBShift8PlusA,
            .a = moved ? kAddressA : gpr_a(low(insn_.dst)),
            .b = moved ? kAddressB : gpr_b(high(insn_.dst))};
  }

  // Fires and forgets: nothing waits for the memory unit.
  void add_immediate() {
    out_.immediate(kScratchA, kOverrideImmediate | (wide_ ? kOverrideWide : 0));
    out_.field(kScratchA, kUpperHalf, gpr_b(low(insn_.src)), shift_left(16));
    Command add = command(Op::kMemAddImm);
    add.indirect = true;
    add.swap = fpc::CommandSwap::kNoSwap;
    out_.command(add);
  }

  // The addend moves to transfer registers in the slots behind the command.
  void add_full() {
    Command add = command(Op::kMemAdd);
    add.length = wide_ ? kWideCount + 1 : 1;
    add.swap = wide_ ? fpc::CommandSwap::kSwapDefer2 : fpc::CommandSwap::kSwapDefer1;
    out_.command(add);
    out_.move(fpc::xfer(0), gpr_a(low(insn_.src)));
    if (wide_) out_.move(fpc::xfer(1), gpr_a(high(insn_.src)));
  }

  Emitter& out_;
  const ebpf::Insn& insn_;
  Displacement displacement_;
  const InsnFacts& facts_;
  bool wide_;
};

}  // namespace

void lower_atomic_add(Lowering& lowering, const PlannedInsn& insn) {
  AtomicAdd(lowering, insn).lower();
}

}  // namespace offload
