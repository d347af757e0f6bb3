// Converts a classic program instruction by instruction, with what the flow analysis knows at each.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/convert.h"

#include <linux/bpf.h>

#include <algorithm>
#include <bit>

#include "offload-compiler/ebpf/classic/check.h"
#include "offload-compiler/ebpf/classic/emitter.h"
#include "offload-compiler/ebpf/classic/flow.h"
#include "offload-compiler/ebpf/classic/packet_loads.h"
#include "offload-compiler/ebpf/classic/text.h"

namespace classic {
namespace {

using Kind = Access::Kind;

constexpr uint32_t kTopBit = uint32_t{1} << 31;

class Converter {
 public:
  Converter(const Program& program, const ConvertOptions& options)
      : program_(program),
        options_(options),
        points_(analyse(program, options.dialect)),
        emit_(program.size()) {}

  base::Result<ebpf::Program> convert() {
    prologue();
    for (size_t i = 0; i < program_.size(); ++i) {
      if (!points_[i].reachable) continue;
      emit_.start_insn(i);
      result_.lines.push_back({.insn = emit_.here(),
                               .file = options_.source,
                               .text = listing_line(program_, i),
                               .line = static_cast<uint32_t>(i + 1)});
      emit_insn(i);
    }
    auto insns = emit_.finish(answer_for(0));
    if (!insns) return base::Error{insns.error().code, insns.error().message, options_.source};
    result_.insns = std::move(*insns);
    result_.name = "filter";
    result_.section = "xdp";
    result_.license = "GPL";
    return std::move(result_);
  }

 private:
  uint32_t answer_for(uint32_t value) const {
    if (options_.answer == Answer::kValue) return value;
    return value == 0 ? XDP_DROP : XDP_PASS;
  }

  const Ancillary* ancillary_of(const Insn& insn) const {
    const bool may_be = is_absolute_load(insn) && options_.dialect == Dialect::kLinux;
    return may_be ? find_ancillary(insn.k) : nullptr;
  }

  bool reads_packet(size_t i) const {
    const bool reads_length =
        find_spec(program_[i].code)->operand == Operand::kLength && !options_.length;
    return points_[i].reachable && (reads_length || points_[i].access.kind != Kind::kNone);
  }

  bool needs_context(size_t i) const {
    const Ancillary* row = ancillary_of(program_[i]);
    return points_[i].reachable && row != nullptr && reads_context(*row);
  }

  bool any(bool (Converter::*holds)(size_t) const) const {
    for (size_t i = 0; i < program_.size(); ++i) {
      if ((this->*holds)(i)) return true;
    }
    return false;
  }

  void prologue() {
    if (any(&Converter::reads_packet)) {
      emit_.load(BPF_W, kRegData, kRegContext, offsetof(xdp_md, data));
      emit_.load(BPF_W, kRegEnd, kRegContext, offsetof(xdp_md, data_end));
    }
    if (any(&Converter::needs_context))
      emit_.add(BPF_STX | BPF_MEM | BPF_DW, kRegFrame, kRegContext, kContextSlot, 0);
    if (points_[0].live & kA) emit_.set(kRegA, 0);
    if (points_[0].live & kX) emit_.set(kRegX, 0);
  }

  void emit_insn(size_t i) {
    const Insn& insn = program_[i];
    switch (BPF_CLASS(insn.code)) {
      case BPF_LD:
      case BPF_LDX:
        return emit_load(insn, points_[i]);
      case BPF_ST:
        return emit_.add(BPF_STX | BPF_MEM | BPF_W, kRegFrame, kRegA, scratch_slot(insn), 0);
      case BPF_STX:
        return emit_.add(BPF_STX | BPF_MEM | BPF_W, kRegFrame, kRegX, scratch_slot(insn), 0);
      case BPF_ALU:
        return BPF_SRC(insn.code) == BPF_X ? emit_alu_x(insn, points_[i])
                                           : emit_alu_imm(insn, points_[i]);
      case BPF_JMP:
        return emit_jump(i);
      case BPF_RET:
        return emit_return(insn);
      default:
        return find_spec(insn.code)->op == Op::kTax ? emit_.move(kRegX, kRegA)
                                                    : emit_.move(kRegA, kRegX);
    }
  }

  static int16_t scratch_slot(const Insn& insn) {
    return static_cast<int16_t>(-4 * (static_cast<int32_t>(insn.k) + 1));
  }

  void emit_load(const Insn& insn, const Point& point) {
    const uint8_t dst = BPF_CLASS(insn.code) == BPF_LD ? kRegA : kRegX;
    if (point.access.kind == Kind::kNever) return emit_.reject();
    if (const Ancillary* row = ancillary_of(insn)) return emit_ancillary(emit_, *row, point);
    switch (find_spec(insn.code)->operand) {
      case Operand::kHex:
        return emit_.set(dst, insn.k);
      case Operand::kScratch:
        return emit_.load(BPF_W, dst, kRegFrame, scratch_slot(insn));
      case Operand::kLength:
        return emit_length(dst);
      default:
        return emit_packet_load(emit_, insn, point, options_.dialect);
    }
  }

  void emit_length(uint8_t dst) {
    if (options_.length) return emit_.set(dst, *options_.length);
    emit_.move(dst, kRegEnd);
    emit_.add(BPF_ALU64 | BPF_SUB | BPF_X, dst, kRegData, 0, 0);
    emit_.move_lower(dst, dst);
  }

  // Byte swaps leave a verifier without bounds; cards multiply and divide only what is known to have 32 bits.
  void bound_operand(uint8_t reg, uint32_t max) {
    if (max == kUnbounded) emit_.move_lower(reg, reg);
  }

  void emit_alu_imm(const Insn& insn, const Point& point) {
    const auto operation = static_cast<uint8_t>(BPF_OP(insn.code));
    if (operation == BPF_DIV) return emit_divide(insn.k, point);
    if (operation == BPF_MOD) return emit_modulo(insn.k, point);
    if (operation == BPF_MUL) bound_operand(kRegA, point.a_max);
    emit_.alu(operation, kRegA, operation == BPF_NEG ? 0 : insn.k);
  }

  // Shifts and comparisons where they do: the card has no division, and only multiplies by reciprocals below 2^31.
  void emit_divide(uint32_t divisor, const Point& point) {
    if (std::has_single_bit(divisor))
      return emit_.alu(BPF_RSH, kRegA, static_cast<uint32_t>(std::countr_zero(divisor)));
    bound_operand(kRegA, point.a_max);
    if (divisor < kTopBit) return emit_.alu(BPF_DIV, kRegA, divisor);
    emit_.move(kRegTemp, kRegA);
    emit_.set(kRegA, 0);
    emit_.skip_if(BPF_JLT, kRegTemp, divisor, 1);
    emit_.set(kRegA, 1);
  }

  // The card has no modulo.
  void emit_modulo(uint32_t divisor, const Point& point) {
    if (std::has_single_bit(divisor)) return emit_.alu(BPF_AND, kRegA, divisor - 1);
    if (divisor > kTopBit) {
      emit_.skip_if(BPF_JLT, kRegA, divisor, 1);
      return emit_.alu(BPF_SUB, kRegA, divisor);
    }
    bound_operand(kRegA, point.a_max);
    emit_.move(kRegTemp, kRegA);
    emit_.alu(BPF_DIV, kRegTemp, divisor);
    emit_.alu(BPF_MUL, kRegTemp, divisor);
    emit_.alu_reg(BPF_SUB, kRegA, kRegTemp);
  }

  void emit_alu_x(const Insn& insn, const Point& point) {
    const auto operation = static_cast<uint8_t>(BPF_OP(insn.code));
    const bool divides = operation == BPF_DIV || operation == BPF_MOD;
    if (divides) emit_.reject_if(BPF_JEQ, kRegX, 0);
    if (divides || operation == BPF_MUL) {
      bound_operand(kRegA, point.a_max);
      bound_operand(kRegX, point.x_max);
    }
    emit_.alu_reg(operation, kRegA, kRegX);
    const bool shifts = operation == BPF_LSH || operation == BPF_RSH;
    if (!shifts || options_.dialect == Dialect::kLinux || point.x_max < 32) return;
    emit_.skip_if(BPF_JLT, kRegX, 32, 1);
    emit_.set(kRegA, 0);
  }

  void jump_if(const Insn& insn, uint8_t condition, size_t target) {
    if (BPF_SRC(insn.code) == BPF_X) {
      emit_.jump_if_reg(condition, kRegA, kRegX, target);
    } else {
      emit_.jump_if(condition, kRegA, insn.k, target);
    }
  }

  // The condition that holds when this one does not; 0: there is none.
  static uint8_t opposite(uint8_t condition) {
    switch (condition) {
      case BPF_JEQ:
        return BPF_JNE;
      case BPF_JGT:
        return BPF_JLE;
      case BPF_JGE:
        return BPF_JLT;
      default:
        return 0;
    }
  }

  void emit_jump(size_t i) {
    const Insn& insn = program_[i];
    const bool conditional = is_conditional_jump(insn);
    if (!conditional || insn.jt == insn.jf) {
      const uint32_t distance = conditional ? insn.jt : insn.k;
      if (distance != 0) emit_.jump(i + 1 + distance);
      return;
    }
    const auto condition = static_cast<uint8_t>(BPF_OP(insn.code));
    if (insn.jt == 0 && opposite(condition) != 0)
      return jump_if(insn, opposite(condition), i + 1 + insn.jf);
    jump_if(insn, condition, i + 1 + insn.jt);
    if (insn.jf != 0) emit_.jump(i + 1 + insn.jf);
  }

  void emit_return(const Insn& insn) {
    if (find_spec(insn.code)->op == Op::kRetImm)
      return emit_.finish_with(answer_for(insn.k), answer_for(0));
    if (options_.answer == Answer::kValue) return emit_.exit();
    emit_.reject_if(BPF_JEQ, kRegA, 0);
    emit_.finish_with(answer_for(1), answer_for(0));
  }

  const Program& program_;
  const ConvertOptions& options_;
  std::vector<Point> points_;
  Emitter emit_;
  ebpf::Program result_;
};

}  // namespace

base::Result<ebpf::Program> convert(const Program& program, const ConvertOptions& options) {
  if (auto checked = check(program); !checked) {
    base::Error error = checked.error();
    error.where = options.source;
    return error;
  }
  return Converter(program, options).convert();
}

}  // namespace classic
