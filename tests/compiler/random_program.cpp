// Generator of programs: a prologue that proves packet bounds, random statements over known registers, an epilogue that stores all.
// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/random_program.h"

#include <algorithm>

#include "base/rng.h"
#include "offload-compiler/codegen/reciprocal.h"
#include "tests/compiler/programs.h"

namespace test {
namespace {

// r6 points to the packet, r9 to an unknown place 0..15 bytes into it; the others are numbers.
constexpr uint8_t kPacket = 6, kInside = 9;
constexpr uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 7, 8};
constexpr int16_t kStackBytes = 96;
constexpr int16_t kReach = 112;
constexpr int16_t kToEnd = INT16_MIN;  // jumps that leave

uint8_t x(uint8_t operation, bool wide) {
  return static_cast<uint8_t>((wide ? BPF_ALU64 : BPF_ALU) | operation | BPF_X);
}
uint8_t k(uint8_t operation, bool wide) {
  return static_cast<uint8_t>((wide ? BPF_ALU64 : BPF_ALU) | operation | BPF_K);
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : rng_(seed) {}

  ebpf::Program generate() {
    Code code = prologue() + statements(4 + below(12), 2) + epilogue();
    const auto out = static_cast<int32_t>(code.size());
    code = code + leave();
    for (int32_t i = 0; i < out; ++i) {
      ebpf::Insn& insn = code[static_cast<size_t>(i)];
      if (insn.off == kToEnd) insn.off = static_cast<int16_t>(out - i - 1);
    }
    place_callee(code);
    return xdp(code, {array_map()});
  }

 private:
  uint64_t below(uint64_t bound) { return rng_.below(bound); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  uint8_t number() { return kNumbers[below(std::size(kNumbers))]; }
  int16_t small(uint64_t bound) { return static_cast<int16_t>(below(bound)); }

  int32_t constant() {
    constexpr int32_t kEdges[] = {0,      1,       -1,         127,        128,  255,    256,
                                  0xffff, 0x10000, 0x12345678, 0x7fffffff, -256, -65536, 0xff00};
    return chance(3) ? static_cast<int32_t>(rng_.next()) : kEdges[below(std::size(kEdges))];
  }
  uint8_t width() {
    constexpr uint8_t kWidths[] = {kBytes1, kBytes2, kBytes4, kBytes8};
    return kWidths[below(4)];
  }
  static int16_t bytes_of(uint8_t width) {
    return width == kBytes1 ? 1 : width == kBytes2 ? 2 : width == kBytes4 ? 4 : 8;
  }

  // Leaves for frames that end before `reg` + 112.
  static Code check_reach(uint8_t reg) {
    return {mov_reg(4, reg), add(4, kReach), ebpf_test::jump_gt(4, 3, kToEnd)};
  }

  // Behind it, both pointers reach 112 bytes far, and all numbers and the stack have values.
  Code prologue() {
    Code code = Code{load(kBytes4, kPacket, 1, 0), load(kBytes4, 3, 1, 4)} + check_reach(kPacket) +
                Code{load(kBytes1, 5, kPacket, 3), alu64(BPF_AND, 5, 15), mov_reg(kInside, kPacket),
                     alu64_reg(BPF_ADD, kInside, 5)} +
                check_reach(kInside);
    for (const uint8_t reg : kNumbers)
      code.push_back(
          load(chance(2) ? kBytes8 : kBytes4, reg, kPacket, static_cast<int16_t>(reg * 8)));
    for (int16_t at = 8; at <= kStackBytes; at = static_cast<int16_t>(at + 8))
      code.push_back(store(kBytes8, 10, static_cast<int16_t>(-at), number()));
    return code;
  }

  Code epilogue() {
    Code code;
    int16_t at = 0;
    for (const uint8_t reg : kNumbers) {
      code.push_back(store(kBytes8, kPacket, at, reg));
      at = static_cast<int16_t>(at + 8);
    }
    for (int16_t slot = 8; slot <= 40; slot = static_cast<int16_t>(slot + 8)) {
      code.push_back(load(kBytes8, 1, 10, static_cast<int16_t>(-slot)));
      code.push_back(store(kBytes8, kPacket, at, 1));
      at = static_cast<int16_t>(at + 8);
    }
    code.push_back(alu64(BPF_AND, 0, 3));
    return code + exit_insn();
  }

  Code statements(uint64_t count, unsigned depth) {
    Code code;
    for (uint64_t i = 0; i < count; ++i) code = code + statement(depth);
    return code;
  }

  Code statement(unsigned depth) {
    switch (below(depth > 0 ? 14 : 12)) {
      case 0:
      case 1:
      case 2:
        return arithmetic();
      case 3:
        return shift();
      case 4:
        return multiply();
      case 5:
        return divide();
      case 6:
        return swap();
      case 7:
        return packet_access();
      case 8:
        return stack_access();
      case 9:
        return copy();
      case 10:
        return count_in_map();
      case 11:
        return local_call();
      default:
        return branch(depth - 1);
    }
  }

  Code arithmetic() {
    constexpr uint8_t kOperations[] = {BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_XOR, BPF_MOV};
    const bool wide = chance(2);
    const uint8_t operation = kOperations[below(std::size(kOperations))];
    if (chance(10)) return {op(k(BPF_NEG, wide), number(), 0, 0, 0)};
    if (chance(2)) return {op(x(operation, wide), number(), number(), 0, 0)};
    return {op(k(operation, wide), number(), 0, 0, constant())};
  }

  // Counts are never 0 at run time (defect B2).
  Code shift() {
    constexpr uint8_t kOperations[] = {BPF_LSH, BPF_RSH, BPF_ARSH};
    const bool wide = chance(2);
    const uint8_t operation = kOperations[below(std::size(kOperations))];
    const uint64_t bits = wide ? 64 : 32;
    if (chance(2))
      return {op(k(operation, wide), number(), 0, 0, static_cast<int32_t>(below(bits)))};
    const uint8_t count = number();
    uint8_t value = number();
    while (value == count) value = number();
    const bool high = wide && chance(3), low = chance(2);
    return {alu64(BPF_AND, count, high || (wide && !low) ? 63 : 31),
            alu64(BPF_OR, count, high ? 33 : 1), op(x(operation, wide), value, count, 0, 0)};
  }

  Code narrow(uint8_t reg) {
    if (chance(2)) return {alu64(BPF_AND, reg, 0xffff)};
    return {op(x(BPF_MOV, false), reg, reg, 0, 0)};
  }

  Code multiply() {
    const uint8_t dst = number(), src = number();
    const bool wide = chance(2);
    if (chance(2)) return narrow(dst) + narrow(src) + op(x(BPF_MUL, wide), dst, src, 0, 0);
    return narrow(dst) + op(k(BPF_MUL, wide), dst, 0, 0, constant() & 0x7fffffff);
  }

  // Divisors that end with a shift by 0 are left out (defect B3).
  Code divide() {
    const uint8_t dst = number();
    auto divisor = static_cast<uint32_t>(constant() & 0x7fffffff);
    while (divisor == 0 || offload::ends_with_shift_by_zero(divisor)) ++divisor;
    return narrow(dst) + op(k(BPF_DIV, chance(2)), dst, 0, 0, static_cast<int32_t>(divisor));
  }

  Code swap() {
    constexpr int32_t kBits[] = {16, 32, 64};
    return {op(BPF_ALU | BPF_END | BPF_TO_BE, number(), 0, 0, kBits[below(3)])};
  }

  Code packet_access() {
    Code code;
    const uint8_t base = chance(3) ? kInside : kPacket;
    for (uint64_t i = 1 + below(4); i > 0; --i) {
      const uint8_t size = width();
      const int16_t off = small(static_cast<uint64_t>(kReach - bytes_of(size) + 1));
      code.push_back(chance(4) ? store(size, base, off, number())
                               : load(size, number(), base, off));
    }
    return code;
  }

  Code stack_access() {
    const uint8_t size = width();
    const int16_t bytes = bytes_of(size);
    const int16_t slot = small(static_cast<uint64_t>(kStackBytes / bytes));
    const auto off = static_cast<int16_t>(-kStackBytes + slot * bytes);
    return chance(2) ? Code{store(size, 10, off, number())} : Code{load(size, number(), 10, off)};
  }

  // Neighbouring pairs; the data register is overwritten behind them (defect B4).
  Code copy() {
    const uint8_t size = width();
    const int16_t bytes = bytes_of(size);
    const auto pairs = static_cast<int16_t>(2 + below(static_cast<uint64_t>(48 / bytes) - 1));
    const uint8_t data = number();
    const int16_t from = small(static_cast<uint64_t>(kReach - pairs * bytes + 1));
    const int16_t to = destination(from, pairs, bytes);
    const bool down = chance(3);
    Code code;
    for (int16_t pair = 0; pair < pairs; ++pair) {
      const auto at = static_cast<int16_t>((down ? pairs - 1 - pair : pair) * bytes);
      code.push_back(load(size, data, kPacket, static_cast<int16_t>(from + at)));
      code.push_back(store(size, kPacket, static_cast<int16_t>(to + at), data));
    }
    return code + mov(data, constant());
  }

  // Copies that reach in part into what they read come out wrong.
  int16_t destination(int16_t from, int16_t pairs, int16_t bytes) {
    const int length = pairs * bytes;
    for (;;) {
      const int16_t to = small(static_cast<uint64_t>(kReach - length + 1));
      const int distance = to - from;
      if (distance >= length || distance <= -length || distance % bytes == 0) return to;
    }
  }

  // The lower half of the value has 32-bit counters, the upper one a 64-bit counter.
  Code count_in_map() {
    const bool wide = chance(2);
    const auto off = static_cast<int16_t>(wide ? 8 : chance(2) ? 0 : 4);
    Code addend = {mov_reg(2, chance(2) ? uint8_t{7} : uint8_t{8})};
    if (chance(2)) addend.push_back(alu64(BPF_AND, 2, chance(2) ? 0xffff : 0x1ffff));
    const Code found = addend + atomic(wide ? kBytes8 : kBytes4, 0, off, 2, BPF_ADD);
    const auto key = static_cast<int16_t>(-kStackBytes - (chance(2) ? 4 : 8));
    return Code{mov(0, static_cast<int32_t>(below(8))), store(kBytes4, 10, key, 0), mov_reg(2, 10),
                add(2, key)} +
           ebpf_test::load_map(1, 0) + call(BPF_FUNC_map_lookup_elem) +
           ebpf_test::jump_eq(0, 0, static_cast<int16_t>(found.size())) + found + refill();
  }

  // Calls leave r0 to r5 without values.
  Code refill() {
    Code code;
    for (uint8_t reg = 0; reg <= 5; ++reg)
      code.push_back(chance(3) ? mov(reg, constant()) : mov_reg(reg, chance(2) ? 7 : 8));
    return code;
  }

  Code local_call() {
    const auto slot = static_cast<int32_t>(8 * (1 + below(kStackBytes / 8)));
    Code code = {mov_reg(1, 7), mov_reg(2, 8), mov_reg(3, 10), add(3, -slot),
                 ebpf_test::call_local(0)};
    code.push_back(alu64_reg(BPF_XOR, 7, 0));
    return code + refill();
  }

  Code branch(unsigned depth) {
    constexpr uint8_t kConditions[] = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,  BPF_JLT, BPF_JLE,
                                       BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET};
    const Code body = statements(1 + below(3), depth);
    const uint8_t condition = kConditions[below(std::size(kConditions))];
    const auto group = static_cast<uint8_t>(chance(2) ? BPF_JMP : BPF_JMP32);
    const auto off = static_cast<int16_t>(body.size());
    if (chance(2))
      return Code{op(static_cast<uint8_t>(group | condition | BPF_X), number(), number(), off, 0)} +
             body;
    return Code{op(static_cast<uint8_t>(group | condition | BPF_K), number(), 0, off, constant())} +
           body;
  }

  // The callee goes behind the program; calls find their distance once they lie where they stay.
  void place_callee(Code& code) {
    const auto start = static_cast<int32_t>(code.size());
    bool called = false;
    for (int32_t i = 0; i < start; ++i) {
      ebpf::Insn& insn = code[static_cast<size_t>(i)];
      if (insn.opcode != (BPF_JMP | BPF_CALL) || insn.src != BPF_PSEUDO_CALL) continue;
      insn.imm = start - i - 1;
      called = true;
    }
    if (called) code = code + callee();
  }

  // r0 from two numbers and the bytes that r3 points to in the caller's frame, which it also changes.
  Code callee() {
    Code code = {mov_reg(0, 1), alu64_reg(BPF_ADD, 0, 2)};
    if (chance(2))
      code = code + Code{mov_reg(8, 0), op(k(BPF_LSH, true), 8, 0, 0, 3), alu64_reg(BPF_XOR, 0, 8)};
    if (chance(2))
      code = code +
             Code{store(kBytes8, 10, -8, 0), load(kBytes4, 4, 10, -8), alu64_reg(BPF_SUB, 0, 4)};
    const uint8_t size = width();
    const auto slots = static_cast<uint64_t>(8 / bytes_of(size));
    const auto off = static_cast<int16_t>(small(slots) * bytes_of(size));
    code = code + Code{load(size, 5, 3, off), alu64_reg(BPF_XOR, 0, 5)};
    if (chance(2)) code.push_back(store(size, 3, off, 0));
    return code + exit_insn();
  }

  base::Rng rng_;
};

}  // namespace

ebpf::Program random_card_program(uint64_t seed) { return Generator(seed).generate(); }

}  // namespace test
