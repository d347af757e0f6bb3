// Lowering of copies: one read, the words from transfer-in to transfer-out registers, the writes.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/codegen/map_address.h"
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
  Copy(Lowering& lowering, uint32_t head)
      : lowering_(lowering),
        out_(lowering.out),
        head_(head),
        load_(lowering.plan.insns[head]),
        store_(lowering.plan.insns[load_.copy_store].insn),
        bytes_(static_cast<unsigned>(std::abs(load_.copy_bytes))),
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
    Command command;
    command.op = Op::kMemRead32Swap;
    command.a = gpr_a(low(insn.src));
    if (load_.facts.ptr.type == ebpf::RegType::kMapValue) {
      const MapAddress address = map_address(lowering_, insn.src, insn.off);
      command.mode = fpc::AddressMode::kBShift8PlusA;
      command.a = address.low;
      command.b = address.high;
    } else {
      command.b = out_.restricted_operand(static_cast<uint32_t>(int32_t{insn.off}), kScratchB);
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
      // The driver always overrides here.
      out_.length_override(words_ - 1);
      write_command(Op::kMemWrite32Swap, 0, offset, words_ - 1, true);
      const int32_t tail = store_.off + static_cast<int32_t>(kWordBytes * (words_ - 1));
      offset = destination(tail_offset(tail));
      write_units(Op::kMemWrite8Swap, words_ - 1, offset, bytes_ % kWordBytes);
    }
  }

  // The driver keeps it in 8 bits (defect B5).
  int32_t tail_offset(int32_t offset) const {
    return lowering_.plan.fixes(Defect::kCopyTail) ? offset : static_cast<uint8_t>(offset);
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

  // The data register ends with the value that the last pair would have left.
  void reload() {
    const unsigned size = access_bytes(load_.insn);
    const unsigned dst = low(load_.insn.dst);
    const bool descending = load_.copy_bytes < 0;
    if (lowering_.fixes_reload(head_)) return reload_last(size, dst, descending);
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

  // Where the driver looks for less than eight bytes, it does not always find the last (defect B4).
  void reload_last(unsigned size, unsigned dst, bool descending) {
    const unsigned at = descending ? 0 : bytes_ - size;
    const unsigned from = at % kWordBytes;
    if (size == kWordBytes) {
      out_.move(both(dst), fpc::xfer(at / kWordBytes));
    } else {
      out_.field_clear(both(dst), (1u << size) - 1, fpc::xfer(at / kWordBytes),
                       from == 0 ? Shift{} : shift_right(8 * from));
    }
    out_.immediate(both(dst + 1), 0);
  }

  Lowering& lowering_;
  Emitter& out_;
  uint32_t head_;
  const PlannedInsn& load_;
  const ebpf::Insn& store_;
  unsigned bytes_, words_;
};

}  // namespace

bool Lowering::fixes_reload(uint32_t copy) {
  if (!plan.fixes(Defect::kCopyReload)) return false;
  if (!live) live.emplace(plan);
  return copy_reload_matters(plan, copy, *live);
}

void lower_copy(Lowering& lowering, uint32_t head) { Copy(lowering, head).lower(); }

}  // namespace offload
