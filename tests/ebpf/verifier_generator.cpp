// Generates programs statement by statement; a guess of what each register holds keeps most statements sensible.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_generator.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <array>
#include <initializer_list>

#include "base/rng.h"
#include "tests/ebpf/asm.h"

namespace ebpf_test {
namespace {

enum class Kind { kNone, kScalar, kSmall, kPacket, kPacketVar, kEnd, kContext, kStackPtr, kValue };

constexpr int32_t kConstants[] = {
    0,   1,   -1,     2,      7,       8,          14,         15,        31,
    32,  33,  63,     64,     127,     128,        255,        256,       -8,
    -64, 512, 0x7fff, 0xffff, 0x10000, 0x7ffffffe, 0x7fffffff, INT32_MIN, INT32_MIN + 1};
constexpr uint8_t kAluOps[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR,  BPF_AND,
                               BPF_LSH, BPF_RSH, BPF_MOD, BPF_XOR, BPF_MOV, BPF_ARSH};
constexpr uint8_t kJumpOps[] = {BPF_JEQ,  BPF_JGT, BPF_JGE, BPF_JSET, BPF_JNE, BPF_JSGT,
                                BPF_JSGE, BPF_JLT, BPF_JLE, BPF_JSLT, BPF_JSLE};
constexpr uint8_t kSizes[] = {BPF_B, BPF_H, BPF_W, BPF_DW};
constexpr int32_t kMasks[] = {1, 3, 7, 15, 31, 63, 0xff, 0x3c, 0x38};

class Generator {
 public:
  Generator(uint64_t seed, const GeneratorOptions& options) : rng_(seed), options_(options) {}

  ebpf::Program run() {
    prologue();
    for (unsigned i = 0; i < options_.statements; ++i) statement(2);
    finish();
    ebpf::Program program = xdp(code_, {map_def("hash", BPF_MAP_TYPE_HASH, 4, 24, 16),
                                        map_def("array", BPF_MAP_TYPE_ARRAY, 4, 16, 4)});
    return program;
  }

 private:
  // --- choices
  uint64_t below(uint64_t bound) { return rng_.below(bound); }
  bool percent(uint64_t chance) { return below(100) < chance; }
  bool mistake() { return percent(options_.mistake_percent); }
  template <typename T, size_t N>
  T pick(const T (&list)[N]) {
    return list[below(N)];
  }
  unsigned bytes_of(uint8_t size) {
    return size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8;
  }

  uint8_t any_register() { return static_cast<uint8_t>(below(10)); }
  // A register that probably holds a scalar.
  uint8_t scalar() {
    const uint8_t start = any_register();
    for (uint8_t i = 0; i < 10; ++i) {
      const uint8_t reg = static_cast<uint8_t>((start + i) % 10);
      if (kinds_[reg] == Kind::kScalar || kinds_[reg] == Kind::kSmall) return reg;
    }
    const uint8_t reg = static_cast<uint8_t>(below(6));
    emit(mov(reg, pick(kConstants)));
    kinds_[reg] = Kind::kScalar;
    return reg;
  }
  // A register that may be overwritten: r6..r8 keep context and packet bounds.
  uint8_t target() { return percent(70) ? static_cast<uint8_t>(below(6)) : uint8_t{9}; }

  // --- code
  void emit(const Insn& insn) { code_.push_back(insn); }
  void emit(const Code& insns) { code_ = code_ + insns; }
  void alu64(uint8_t operation, uint8_t dst, int32_t imm) {
    emit(op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_K), dst, 0, 0, imm));
  }
  void alu64_reg(uint8_t operation, uint8_t dst, uint8_t src) {
    emit(op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_X), dst, src, 0, 0));
  }
  // A forward jump that is not yet bound; returns its place.
  size_t jump(uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm) {
    emit(op(opcode, dst, src, 0, imm));
    return code_.size() - 1;
  }
  void bind(size_t place) { code_[place].off = static_cast<int16_t>(code_.size() - place - 1); }
  void bind_to_end(size_t place) { to_end_.push_back(place); }

  void forget_volatile() {
    for (size_t i = 0; i < 6; ++i) kinds_[i] = Kind::kNone;
  }

  void prologue() {
    kinds_[1] = Kind::kContext;
    emit(mov_reg(6, 1));
    emit(load32(7, 1, 0));
    emit(load32(8, 1, 4));
    kinds_[6] = Kind::kContext;
    kinds_[7] = Kind::kPacket;
    kinds_[8] = Kind::kEnd;
    for (int i = 0; i < 2; ++i) random_scalar();
  }

  void random_scalar() {
    emit(call(BPF_FUNC_get_prandom_u32));
    forget_volatile();
    kinds_[0] = Kind::kScalar;
    const uint8_t reg = percent(50) ? uint8_t{9} : static_cast<uint8_t>(below(6));
    emit(mov_reg(reg, 0));
    kinds_[reg] = Kind::kScalar;
    if (percent(30)) {
      emit(Code{op(BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 32)});
      emit(Code{op(BPF_ALU64 | BPF_ARSH | BPF_K, reg, 0, 0, 32)});
    }
  }

  void statement(unsigned depth) {
    switch (below(20)) {
      case 0:
        random_scalar();
        break;
      case 1:
      case 2:
      case 3:
        arithmetic();
        break;
      case 4:
      case 5:
        branch(depth);
        break;
      case 6:
      case 7:
        packet_check();
        break;
      case 8:
      case 9:
        packet_access();
        break;
      case 10:
        variable_packet();
        break;
      case 11:
      case 12:
        stack_store();
        break;
      case 13:
        stack_load();
        break;
      case 14:
        variable_stack();
        break;
      case 15:
      case 16:
        map_lookup(depth);
        break;
      case 17:
        loop(depth);
        break;
      case 18:
        move_packet();
        break;
      default:
        narrow();
        break;
    }
  }

  void arithmetic() {
    const uint8_t operation = pick(kAluOps);
    const uint8_t cls = percent(50) ? BPF_ALU64 : BPF_ALU;
    const uint8_t dst = scalar();
    if (percent(50)) {
      emit(op(static_cast<uint8_t>(cls | operation | BPF_X), dst, scalar(), 0, 0));
    } else {
      int32_t imm = pick(kConstants);
      const bool shifts = operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH;
      if (shifts) imm = static_cast<int32_t>(below(cls == BPF_ALU64 ? 64 : 32));
      if ((operation == BPF_DIV || operation == BPF_MOD) && imm == 0) imm = 3;
      emit(op(static_cast<uint8_t>(cls | operation | BPF_K), dst, 0, 0, imm));
    }
    // Newer kernels forget that these two extend with zeros.
    if (cls == BPF_ALU && (operation == BPF_DIV || operation == BPF_MOD)) {
      emit(op(BPF_ALU | BPF_MOV | BPF_X, dst, dst, 0, 0));
    }
    kinds_[dst] = Kind::kScalar;
  }

  // A scalar becomes small, by a mask or by a comparison.
  void narrow() {
    const uint8_t reg = scalar();
    if (percent(50)) {
      alu64(BPF_AND, reg, pick(kMasks));
    } else {
      const uint8_t compare = percent(70) ? BPF_JGT : BPF_JSGT;
      const uint8_t cls = percent(70) ? BPF_JMP : BPF_JMP32;
      bind_to_end(jump(static_cast<uint8_t>(cls | compare | BPF_K), reg, 0, pick(kMasks)));
    }
    kinds_[reg] = Kind::kSmall;
  }

  uint8_t small_scalar() {
    for (uint8_t reg = 0; reg < 10; ++reg) {
      if (kinds_[reg] == Kind::kSmall && percent(60)) return reg;
    }
    const uint8_t reg = scalar();
    if (!mistake()) alu64(BPF_AND, reg, pick(kMasks));
    kinds_[reg] = Kind::kSmall;
    return reg;
  }

  void branch(unsigned depth) {
    const uint8_t cls = percent(60) ? BPF_JMP : BPF_JMP32;
    const uint8_t operation = pick(kJumpOps);
    const uint8_t dst = scalar();
    const bool by_register = percent(40);
    const uint8_t src = by_register ? scalar() : uint8_t{0};
    const auto opcode = static_cast<uint8_t>(cls | operation | (by_register ? BPF_X : BPF_K));
    const size_t skip = jump(opcode, dst, src, by_register ? 0 : pick(kConstants));
    const auto before = kinds_;
    for (uint64_t i = below(3) + 1; i > 0; --i) depth > 0 ? statement(depth - 1) : arithmetic();
    if (percent(30)) {
      const size_t over = jump(BPF_JMP | BPF_JA, 0, 0, 0);
      bind(skip);
      const auto after = kinds_;
      kinds_ = before;
      arithmetic();
      bind(over);
      meet(after);
      return;
    }
    bind(skip);
    meet(before);
  }

  // What both paths agree on.
  void meet(const std::array<Kind, 11>& other) {
    for (size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i] != other[i]) kinds_[i] = Kind::kNone;
    }
  }

  void packet_check() {
    const auto bytes = static_cast<int32_t>(below(40) + 1);
    const uint8_t reg = static_cast<uint8_t>(below(6));
    emit(mov_reg(reg, 7));
    emit(add(reg, bytes));
    compare_with_end(reg);
    kinds_[reg] = Kind::kNone;
    if (!mistake()) readable_ = bytes;
  }

  // Leaves when `reg` lies beyond the end; sometimes in another of the eight forms, or wrong.
  void compare_with_end(uint8_t reg) {
    constexpr uint8_t kOrders[] = {BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE};
    if (percent(70)) {
      bind_to_end(jump(BPF_JMP | BPF_JGT | BPF_X, reg, 8, 0));
    } else if (percent(50)) {
      bind_to_end(jump(BPF_JMP | BPF_JLT | BPF_X, 8, reg, 0));
    } else {
      const bool end_first = percent(50);
      const size_t inside = jump(static_cast<uint8_t>(BPF_JMP | pick(kOrders) | BPF_X),
                                 end_first ? 8 : reg, end_first ? reg : 8, 0);
      bind_to_end(jump(BPF_JMP | BPF_JA, 0, 0, 0));
      bind(inside);
    }
  }

  void access(uint8_t base, int32_t limit) {
    const uint8_t size = pick(kSizes);
    const auto bytes = static_cast<int32_t>(bytes_of(size));
    const int32_t room = limit - bytes + 1 + (mistake() ? 4 : 0);
    const auto off = static_cast<int16_t>(room > 0 ? below(static_cast<uint64_t>(room)) : 0);
    if (percent(60)) {
      const uint8_t dst = target();
      emit(op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, base, off, 0));
      kinds_[dst] = Kind::kScalar;
    } else if (percent(50)) {
      emit(op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), base, scalar(), off, 0));
    } else {
      emit(op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), base, 0, off, pick(kConstants)));
    }
  }

  void packet_access() {
    if (readable_ == 0) packet_check();
    access(7, readable_);
  }

  void variable_packet() {
    const uint8_t index = small_scalar();
    const uint8_t base = index == 9 ? uint8_t{4} : uint8_t{9};
    const uint8_t limit = index == 5 || base == 5 ? uint8_t{3} : uint8_t{5};
    const auto bytes = static_cast<int32_t>(below(16) + 1);
    emit(mov_reg(base, 7));
    if (percent(30)) emit(add(base, static_cast<int32_t>(below(20))));
    alu64_reg(mistake() ? BPF_SUB : BPF_ADD, base, index);
    emit(mov_reg(limit, base));
    emit(add(limit, bytes));
    kinds_[limit] = Kind::kNone;
    kinds_[base] = Kind::kPacketVar;
    if (!mistake()) compare_with_end(limit);
    access(base, bytes);
  }

  int16_t stack_offset(unsigned bytes) {
    auto off = -static_cast<int32_t>(bytes) * static_cast<int32_t>(below(64 / bytes) + 1);
    if (mistake()) off += static_cast<int32_t>(below(5)) - 2;
    return static_cast<int16_t>(off);
  }

  void stack_store() {
    const uint8_t size = percent(60) ? uint8_t{BPF_DW} : pick(kSizes);
    const int16_t off = stack_offset(bytes_of(size));
    if (percent(25)) {
      emit(op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), 10, 0, off, pick(kConstants)));
      return;
    }
    uint8_t src = scalar();
    if (size == BPF_DW && percent(30)) src = static_cast<uint8_t>(6 + below(3));
    emit(op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), 10, src, off, 0));
    if (size == BPF_DW) {
      spilled_at_ = off;
      spilled_kind_ = kinds_[src];
    }
  }

  void stack_load() {
    const uint8_t dst = target();
    if (spilled_at_ == 0 || percent(20)) {
      const uint8_t size = pick(kSizes);
      emit(store64_imm(10, -16, pick(kConstants)));
      emit(op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, 10,
              static_cast<int16_t>(
                  -16 + static_cast<int32_t>(bytes_of(size) * below(8 / bytes_of(size)))),
              0));
      kinds_[dst] = Kind::kScalar;
      return;
    }
    emit(load64(dst, 10, spilled_at_));
    kinds_[dst] = spilled_kind_;
  }

  void variable_stack() {
    const uint8_t index = small_scalar();
    const uint8_t base = index == 4 ? uint8_t{3} : uint8_t{4};
    if (!mistake()) {
      for (int16_t off = -64; off < 0; off = static_cast<int16_t>(off + 8))
        emit(store64_imm(10, off, 0));
      spilled_at_ = 0;
    }
    emit(mov_reg(base, 10));
    emit(add(base, -64));
    alu64_reg(BPF_ADD, base, index);
    kinds_[base] = Kind::kStackPtr;
    if (percent(50)) {
      const uint8_t dst = target();
      emit(op(BPF_LDX | BPF_MEM | BPF_B, dst, base, static_cast<int16_t>(mistake() ? 8 : 0), 0));
      kinds_[dst] = Kind::kScalar;
    } else {
      emit(op(BPF_STX | BPF_MEM | BPF_B, base, scalar(), 0, 0));
    }
  }

  void map_lookup(unsigned depth) {
    const bool hash = percent(50);
    if (!mistake()) emit(op(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, static_cast<int32_t>(below(6))));
    emit(mov_reg(2, 10));
    emit(add(2, -4));
    emit(load_map(1, hash ? 0 : 1));
    emit(call(percent(85) ? BPF_FUNC_map_lookup_elem : BPF_FUNC_map_delete_elem));
    forget_volatile();
    if (code_.back().imm == BPF_FUNC_map_delete_elem) {
      kinds_[0] = Kind::kScalar;
      return;
    }
    const bool checked = !mistake();
    size_t skip = 0;
    if (checked) skip = jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0);
    const auto before = kinds_;
    kinds_[0] = Kind::kValue;
    use_value(hash ? 24 : 16);
    if (depth > 0 && percent(30)) statement(depth - 1);
    if (checked) bind(skip);
    meet(before);
    kinds_[0] = Kind::kNone;
  }

  void use_value(int32_t bytes) {
    switch (below(4)) {
      case 0: {
        const uint8_t size = percent(50) ? BPF_W : BPF_DW;
        const auto off = static_cast<int16_t>(bytes_of(size) * below(2));
        constexpr int32_t kAtomics[] = {BPF_ADD, BPF_ADD | BPF_FETCH, BPF_XOR, BPF_OR | BPF_FETCH,
                                        BPF_XCHG};
        emit(mov(3, pick(kConstants)));
        emit(op(static_cast<uint8_t>(BPF_STX | BPF_ATOMIC | size), 0, 3, off, pick(kAtomics)));
        kinds_[3] = Kind::kScalar;
        break;
      }
      case 1: {
        emit(load32(3, 0, 0));
        if (!mistake()) alu64(BPF_AND, 3, 7);
        alu64_reg(BPF_ADD, 0, 3);
        kinds_[3] = Kind::kSmall;
        access(0, bytes - 7);
        break;
      }
      default:
        access(0, bytes);
    }
  }

  void loop(unsigned depth) {
    const bool variable = percent(30);
    const uint8_t counter = percent(50) ? uint8_t{9} : uint8_t{5};
    emit(mov(counter, 0));
    kinds_[counter] = Kind::kNone;
    const uint8_t limit = variable ? small_scalar() : uint8_t{0};
    const size_t start = code_.size();
    const auto before = kinds_;
    const auto readable = readable_;
    for (uint64_t i = below(2) + 1; i > 0; --i) body(counter, limit, variable, depth);
    readable_ = readable;
    emit(add(counter, mistake() ? 0 : 1));
    const auto back = [&](size_t from) {
      return static_cast<int16_t>(static_cast<int64_t>(start) - static_cast<int64_t>(from) - 1);
    };
    if (variable) {
      emit(op(BPF_JMP | BPF_JLT | BPF_X, counter, limit, back(code_.size()), 0));
    } else {
      const uint8_t order = percent(50) ? BPF_JNE : BPF_JSLT;
      emit(op(static_cast<uint8_t>(BPF_JMP | order | BPF_K), counter, 0, back(code_.size()),
              static_cast<int32_t>(below(6) + 1)));
    }
    meet(before);
    kinds_[counter] = Kind::kScalar;
  }

  // Arithmetic that leaves the loop's registers alone.
  void body(uint8_t counter, uint8_t limit, bool variable, unsigned depth) {
    const auto guarded = [&](uint8_t reg) { return reg == counter || (variable && reg == limit); };
    if (depth > 0 && readable_ >= 8 && percent(30)) {
      const auto dst = static_cast<uint8_t>(guarded(2) ? 3 : 2);
      emit(op(BPF_LDX | BPF_MEM | BPF_B, dst, 7, static_cast<int16_t>(below(8)), 0));
      kinds_[dst] = Kind::kScalar;
      return;
    }
    const uint8_t dst = scalar();
    if (!guarded(dst)) emit(op(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, pick(kConstants)));
  }

  void move_packet() {
    emit(mov_reg(1, 6));
    emit(mov(2, pick(kConstants)));
    emit(call(percent(50) ? BPF_FUNC_xdp_adjust_head : BPF_FUNC_xdp_adjust_tail));
    forget_volatile();
    kinds_[0] = Kind::kScalar;
    if (mistake()) return;
    emit(load32(7, 6, 0));
    emit(load32(8, 6, 4));
    readable_ = 0;
    if (spilled_kind_ == Kind::kPacket || spilled_kind_ == Kind::kEnd) spilled_at_ = 0;
    for (Kind& kind : kinds_) {
      if (kind == Kind::kPacketVar) kind = Kind::kNone;
    }
    kinds_[7] = Kind::kPacket;
    kinds_[8] = Kind::kEnd;
  }

  void finish() {
    if (percent(20)) call_subprogram();
    for (const size_t place : to_end_) bind(place);
    emit(mov(0, static_cast<int32_t>(below(5))));
    if (callee_call_ != 0) {
      const size_t here = code_.size();
      code_[callee_call_].imm = static_cast<int32_t>(here + 1 - callee_call_ - 1);
    }
    emit(exit_insn());
    if (callee_call_ != 0) emit(callee_);
  }

  // A subprogram that reads the packet of the context it is given, or its caller's stack.
  void call_subprogram() {
    emit(store64_imm(10, -8, 5));
    emit(mov_reg(1, 6));
    emit(mov_reg(2, 10));
    emit(add(2, -8));
    callee_call_ = code_.size();
    emit(call_local(0));
    const auto bytes = static_cast<int16_t>(below(24));
    const int32_t checked = bytes + (mistake() ? 0 : 1);
    callee_ = Code{load64(0, 2, static_cast<int16_t>(mistake() ? -8 : 0)),
                   load32(3, 1, 0),
                   load32(4, 1, 4),
                   mov_reg(5, 3),
                   add(5, checked),
                   jump_gt(5, 4, 1),
                   op(BPF_LDX | BPF_MEM | BPF_B, 0, 3, bytes, 0),
                   exit_insn()};
  }

  base::Rng rng_;
  GeneratorOptions options_;
  Code code_, callee_;
  std::array<Kind, 11> kinds_{};
  std::vector<size_t> to_end_;  // jumps to the epilogue
  int32_t readable_ = 0;        // bytes checked behind r7
  int16_t spilled_at_ = 0;
  Kind spilled_kind_ = Kind::kNone;
  size_t callee_call_ = 0;
};

}  // namespace

ebpf::Program random_program(uint64_t seed, const GeneratorOptions& options) {
  ebpf::Program program = Generator(seed, options).run();
  program.name = fmt::format("random_{}", seed);
  return program;
}

}  // namespace ebpf_test
