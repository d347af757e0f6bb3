// Generates programs statement by statement; a guess of what each register holds keeps most statements sensible.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_generator.h"

#include <fmt/format.h>

#include <cstddef>

#include "tests/ebpf/verifier_generator_statements.h"

namespace ebpf_test {

ebpf::Program Generator::run() {
  constexpr ebpf::ProgType kTypes[] = {ebpf::ProgType::kXdp, ebpf::ProgType::kXdp,
                                       ebpf::ProgType::kSchedCls, ebpf::ProgType::kSocketFilter};
  type_ = pick(kTypes);
  prologue();
  for (unsigned i = 0; i < options_.statements; ++i) statement(2);
  finish();
  ebpf::Program program = xdp(code_, {map_def("hash", BPF_MAP_TYPE_HASH, 4, 24, 16),
                                      map_def("array", BPF_MAP_TYPE_ARRAY, 4, 16, 4)});
  program.type = type_;
  return program;
}

uint8_t Generator::scalar() {
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

void Generator::alu64(uint8_t operation, uint8_t dst, int32_t imm) {
  emit(op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_K), dst, 0, 0, imm));
}

void Generator::alu64_reg(uint8_t operation, uint8_t dst, uint8_t src) {
  emit(op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_X), dst, src, 0, 0));
}

size_t Generator::jump(uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm) {
  emit(op(opcode, dst, src, 0, imm));
  return code_.size() - 1;
}

void Generator::forget_volatile() {
  for (size_t i = 0; i < 6; ++i) kinds_[i] = Kind::kNone;
}

void Generator::prologue() {
  kinds_[1] = Kind::kContext;
  emit(mov_reg(6, 1));
  kinds_[6] = Kind::kContext;
  if (has_packet()) load_packet();
  for (int i = 0; i < 2; ++i) random_scalar();
}

void Generator::load_packet() {
  emit(load32(7, 6, is_skb() ? offsetof(__sk_buff, data) : offsetof(xdp_md, data)));
  emit(load32(8, 6, is_skb() ? offsetof(__sk_buff, data_end) : offsetof(xdp_md, data_end)));
  readable_ = 0;
  kinds_[7] = Kind::kPacket;
  kinds_[8] = Kind::kEnd;
}

void Generator::random_scalar() {
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

void Generator::statement(unsigned depth) {
  const uint64_t choice = below(28);
  if (choice < 8) return packet_statement(choice);
  switch (choice) {
    case 8:
      return random_scalar();
    case 9:
    case 10:
      return arithmetic();
    case 11:
    case 12:
      return branch(depth);
    case 13:
    case 14:
      return stack_store();
    case 15:
      return stack_load();
    case 16:
      return variable_stack();
    case 17:
    case 18:
      return map_lookup(depth);
    case 19:
      return map_update();
    case 20:
      return loop(depth);
    case 21:
      return call_subprogram();
    case 22:
      return context_access();
    case 23:
    case 24:
      return rare();
    default:
      return narrow();
  }
}

// Socket filters see their packet through loads of their own alone.
void Generator::packet_statement(uint64_t choice) {
  if (!has_packet() || (is_skb() && percent(20))) return load_absolute();
  switch (choice) {
    case 0:
    case 1:
      return packet_check();
    case 2:
    case 3:
    case 4:
      return packet_access();
    case 5:
      return variable_packet();
    case 6:
      return metadata();
    default:
      return is_skb() ? variable_packet() : move_packet();
  }
}

void Generator::arithmetic() {
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

void Generator::narrow() {
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

uint8_t Generator::small_scalar() {
  for (uint8_t reg = 0; reg < 10; ++reg) {
    if (kinds_[reg] == Kind::kSmall && percent(60)) return reg;
  }
  const uint8_t reg = scalar();
  if (!mistake()) alu64(BPF_AND, reg, pick(kMasks));
  kinds_[reg] = Kind::kSmall;
  return reg;
}

void Generator::branch(unsigned depth) {
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

void Generator::meet(const std::array<Kind, 11>& other) {
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i] != other[i]) kinds_[i] = Kind::kNone;
  }
}

void Generator::loop(unsigned depth) {
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

void Generator::body(uint8_t counter, uint8_t limit, bool variable, unsigned depth) {
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

void Generator::finish() {
  for (const size_t place : to_end_) bind(place);
  emit(mov(0, static_cast<int32_t>(below(5))));
  emit(exit_insn());
  place_subprograms();
}

ebpf::Program random_program(uint64_t seed, const GeneratorOptions& options) {
  ebpf::Program program = Generator(seed, options).run();
  program.name = fmt::format("random_{}", seed);
  return program;
}

}  // namespace ebpf_test
