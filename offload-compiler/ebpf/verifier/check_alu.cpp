// The check of arithmetic instructions.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/bpf.h>

#include "offload-compiler/ebpf/verifier/check.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/precision.h"
#include "offload-compiler/ebpf/verifier/scalar_alu.h"

namespace ebpf {

namespace {

bool is_64bit(const Insn& insn) { return BPF_CLASS(insn.opcode) == BPF_ALU64; }
bool from_register(const Insn& insn) { return BPF_SRC(insn.opcode) == BPF_X; }

bool change_in_place(Env& env, const Insn& insn) {
  return read_operand(env, insn.dst) && define_operand(env, insn.dst, Define::kUnknown);
}

bool move_constant(Env& env, const Insn& insn) {
  if (!define_operand(env, insn.dst, Define::kKeep)) return false;
  const auto wide = static_cast<uint64_t>(int64_t{insn.imm});
  env.reg(insn.dst).set_constant(is_64bit(insn) ? wide : static_cast<uint32_t>(insn.imm));
  return true;
}

bool move_sign_extended(Env& env, const Insn& insn) {
  const Reg src = env.reg(insn.src);
  if (!define_operand(env, insn.dst, Define::kUnknown)) return false;
  if (src.is_pointer()) {
    if (is_64bit(insn)) {
      return env.reject(fmt::format("R{} sign-extension part of pointer", insn.src));
    }
    env.reg(insn.dst).bounds.zero_extend();
    env.reg(insn.dst).bounds.sync();
    return true;
  }
  Bounds& out = env.reg(insn.dst).bounds;
  out = src.bounds;
  out.sign_extend(static_cast<unsigned>(insn.off));
  if (!is_64bit(insn)) {
    out.zero_extend();
    out.sync();
  }
  return true;
}

bool move_register(Env& env, const Insn& insn) {
  if (!read_operand(env, insn.src)) return false;
  if (insn.off != 0) return move_sign_extended(env, insn);
  if (!define_operand(env, insn.dst, Define::kKeep)) return false;
  Reg& src = env.reg(insn.src);
  Reg& dst = env.reg(insn.dst);
  if (is_64bit(insn)) {
    if (src.is_scalar() && src.id == 0 && !src.bounds.is_const()) src.id = env.new_id();
    if (&src != &dst) dst.copy_value(src);
    return true;
  }
  if (!src.is_scalar()) {
    dst.set_unknown();
  } else if (&src != &dst) {
    dst.copy_value(src);
  }
  dst.id = 0;  // no longer a copy of all 64 bits
  dst.bounds.zero_extend();
  dst.bounds.sync();
  return true;
}

bool legal_constant(Env& env, const Insn& insn) {
  const uint8_t op = BPF_OP(insn.opcode);
  if ((op == BPF_DIV || op == BPF_MOD) && insn.imm == 0) return env.reject("div by zero");
  const bool is_shift = op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH;
  const int32_t bits = is_64bit(insn) ? 64 : 32;
  if (is_shift && (insn.imm < 0 || insn.imm >= bits)) {
    return env.reject(fmt::format("invalid shift {}", insn.imm));
  }
  return true;
}

bool with_register(Env& env, const Insn& insn) {
  Reg& dst = env.reg(insn.dst);
  const Reg& src = env.reg(insn.src);
  if (dst.is_pointer() && src.is_pointer()) {
    if (BPF_OP(insn.opcode) != BPF_SUB) {
      return env.reject(fmt::format("R{} pointer and pointer arithmetic prohibited", insn.dst));
    }
    dst.set_unknown();
    return true;
  }
  if (src.is_pointer()) {
    mark_precise(env, insn.dst);
    return pointer_alu(env, dst, src, dst, true);
  }
  if (dst.is_pointer()) {
    mark_precise(env, insn.src);
    return pointer_alu(env, dst, dst, src, false);
  }
  if (dst.precise) mark_precise(env, insn.src);
  const Bounds in = src.bounds;
  dst.id = 0;
  dst.bounds = scalar_alu(BPF_OP(insn.opcode), !is_64bit(insn), dst.bounds, in);
  return true;
}

bool with_constant(Env& env, const Insn& insn) {
  Reg scalar;
  scalar.set_constant(static_cast<uint64_t>(int64_t{insn.imm}));
  Reg& dst = env.reg(insn.dst);
  if (dst.is_pointer()) return pointer_alu(env, dst, dst, scalar, false);
  dst.id = 0;
  dst.bounds = scalar_alu(BPF_OP(insn.opcode), !is_64bit(insn), dst.bounds, scalar.bounds);
  return true;
}

bool combine(Env& env, const Insn& insn) {
  if (from_register(insn) && !read_operand(env, insn.src)) return false;
  if (!read_operand(env, insn.dst)) return false;
  if (!from_register(insn) && !legal_constant(env, insn)) return false;
  if (!define_operand(env, insn.dst, Define::kKeep)) return false;
  return from_register(insn) ? with_register(env, insn) : with_constant(env, insn);
}

}  // namespace

bool check_alu(Env& env) {
  const Insn& insn = env.code();
  env.next = env.insn + 1;
  switch (BPF_OP(insn.opcode)) {
    case BPF_END:
    case BPF_NEG:
      return change_in_place(env, insn);
    case BPF_MOV:
      return from_register(insn) ? move_register(env, insn) : move_constant(env, insn);
    default:
      return combine(env, insn);
  }
}

}  // namespace ebpf
