// Lowering of copies: one read, the words from transfer-in to transfer-out registers, the writes.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kWordBytes = 4;
constexpr unsigned kDirectUnits = 8;  // that a command's own count can say
constexpr unsigned kDirectBytes = kDirectUnits * kWordBytes;

class Copy {
 public:
  Copy(Lowering& lowering, const PlannedInsn& load)
      : out_(lowering.out),
        load_(load),
        store_(lowering.plan.insns[load.copy_store].insn),
        bytes_(static_cast<unsigned>(std::abs(load.copy_bytes))),
        words_((bytes_ + kWordBytes - 1) / kWordBytes) {}

  void lower() {
    read();
    for (unsigned word = 0; word < words_; ++word) out_.move(fpc::xfer(word), fpc::xfer(word));
    write();
    reload();
  }

 private:
  void read() {
    const ebpf::Insn& insn = load_.insn;
    fpc::Operand offset =
        out_.restricted_operand(static_cast<uint32_t>(int32_t{insn.off}), kScratchB);
    Command command{.op = Op::kMemRead32Swap, .a = gpr_a(low(insn.src)), .b = offset};
    if (load_.facts.ptr.type == ebpf::RegType::kMapValue) {
      command.mode = fpc::AddressMode::kBShift8PlusA;
      command.b = gpr_b(high(insn.src));
      if (insn.off != 0) {
        out_.alu(kScratchA, command.a, Op::kAluAdd, offset);
        out_.alu(kScratchB, command.b, Op::kAluAddCarry, fpc::imm(0));
        command.a = kScratchA;
        command.b = kScratchB;
      }
    }
    command.length = words_;
    command.indirect = bytes_ > kDirectBytes;
    if (command.indirect) out_.length_override(words_);
    out_.command(command);
  }

  void write() {
    fpc::Operand offset = destination(store_.off);
    const bool whole_words = bytes_ % kWordBytes == 0;
    if (bytes_ <= kDirectUnits) {
      write_units(Op::kMemWrite8Swap, 0, offset, bytes_);
    } else if (whole_words) {
      write_units(Op::kMemWrite32Swap, 0, offset, words_);
    } else if (bytes_ <= kDirectBytes) {
      write_units(Op::kMemWrite8Swap, 0, offset, bytes_);
    } else if (bytes_ <= kDirectBytes + kDirectUnits) {
      write_units(Op::kMemWrite32Swap, 0, offset, kDirectUnits);
      offset = destination(store_.off + static_cast<int32_t>(kDirectBytes));
      write_units(Op::kMemWrite8Swap, kDirectUnits, offset, bytes_ - kDirectBytes);
    } else {
      // The driver always overrides here and keeps the tail's offset in 8 bits (defect B5).
      out_.length_override(words_ - 1);
      write_command(Op::kMemWrite32Swap, 0, offset, words_ - 1, true);
      const int32_t tail = store_.off + static_cast<int32_t>(kWordBytes * (words_ - 1));
      offset = destination(static_cast<uint8_t>(tail));
      write_units(Op::kMemWrite8Swap, words_ - 1, offset, bytes_ % kWordBytes);
    }
  }

  fpc::Operand destination(int32_t offset) {
    return out_.restricted_operand(static_cast<uint32_t>(offset), kScratchB);
  }

  void write_units(Op op, unsigned xfer, fpc::Operand offset, unsigned units) {
    const bool indirect = units > kDirectUnits;
    if (indirect) out_.length_override(units);
    write_command(op, xfer, offset, units, indirect);
  }

  void write_command(Op op, unsigned xfer, fpc::Operand offset, unsigned units, bool indirect) {
    out_.command({.op = op,
                  .xfer = xfer,
                  .a = gpr_a(low(store_.dst)),
                  .b = offset,
                  .length = units,
                  .indirect = indirect});
  }

  // The data register ends with the value that the last pair would have left, where the driver
  // finds it (defect B4).
  void reload() {
    const unsigned size = access_bytes(load_.insn);
    const unsigned dst = low(load_.insn.dst);
    const bool descending = load_.copy_bytes < 0;
    if (size == 8) {
      const unsigned first = descending ? 0 : words_ - 2;
      out_.move(both(dst), fpc::xfer(first));
      out_.move(both(dst + 1), fpc::xfer(first + 1));
      return;
    }
    if (size == kWordBytes) {
      out_.move(both(dst), fpc::xfer(0));
    } else {
      const unsigned rest = bytes_ % kWordBytes;
      const unsigned from = (rest == 0 ? kWordBytes : rest) - size;
      out_.field_clear(both(dst), (1u << size) - 1, fpc::xfer(descending ? 0 : words_ - 1),
                       from == 0 ? Shift{} : shift_right(8 * from));
    }
    out_.immediate(both(dst + 1), 0);
  }

  Emitter& out_;
  const PlannedInsn& load_;
  const ebpf::Insn& store_;
  unsigned bytes_, words_;
};

}  // namespace

void lower_copy(Lowering& lowering, const PlannedInsn& load) { Copy(lowering, load).lower(); }

}  // namespace offload
