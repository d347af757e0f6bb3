// The check of conditional jumps, calls of subprograms and returns from them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/bpf.h>

#include "offload-compiler/ebpf/verifier/branch.h"
#include "offload-compiler/ebpf/verifier/callbacks.h"
#include "offload-compiler/ebpf/verifier/check.h"
#include "offload-compiler/ebpf/verifier/explored.h"
#include "offload-compiler/ebpf/verifier/functions.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/precision.h"
#include "offload-compiler/ebpf/verifier/spin_lock.h"

namespace ebpf {

namespace {

struct Comparison {
  const Insn& insn;
  uint8_t op;
  bool is_32bit, with_register;

  explicit Comparison(const Insn& i)
      : insn(i),
        op(BPF_OP(i.opcode)),
        is_32bit(BPF_CLASS(i.opcode) == BPF_JMP32),
        with_register(BPF_SRC(i.opcode) == BPF_X) {}

  bool constant_here(const Reg& reg) const {
    const Tnum bits = reg.bounds.var_off;
    return reg.is_scalar() && tnum::is_const(is_32bit ? tnum::low32(bits) : bits);
  }
  uint64_t immediate() const { return static_cast<uint64_t>(int64_t{insn.imm}); }
};

std::optional<bool> outcome_with_constant(const Comparison& c, const Reg& dst, uint64_t value) {
  if (dst.is_scalar()) return branch_outcome(c.op, c.is_32bit, dst.bounds, value);
  // A pointer to a map value or to memory is never null.
  if ((dst.type != RegType::kMapValue && dst.type != RegType::kMemory) || value != 0 || c.is_32bit)
    return std::nullopt;
  if (c.op == BPF_JEQ) return false;
  if (c.op == BPF_JNE) return true;
  return std::nullopt;
}

std::optional<bool> outcome(const Comparison& c, const Reg& dst, const Reg& src) {
  if (!c.with_register) return outcome_with_constant(c, dst, c.immediate());
  if (c.constant_here(src)) return outcome_with_constant(c, dst, src.bounds.var_off.value);
  if (!c.is_32bit && dst.is_any_packet() && src.is_any_packet()) {
    return packet_branch_outcome(c.op, dst, src);
  }
  return std::nullopt;
}

// What both paths learn of the compared scalars, and of their copies.
void refine_registers(Env& env, const Comparison& c, State& taken) {
  Reg& dst = env.reg(c.insn.dst);
  Reg& src = env.reg(c.insn.src);
  Reg& taken_dst = taken.regs[c.insn.dst];
  Reg& taken_src = taken.regs[c.insn.src];
  if (!dst.is_scalar() || !src.is_scalar()) return;
  if (c.insn.dst == c.insn.src) return;
  if (c.constant_here(src)) {
    refine_by_constant(c.op, c.is_32bit, src.bounds.var_off.value, taken_dst.bounds, dst.bounds);
  } else if (c.constant_here(dst)) {
    refine_by_constant(flipped(c.op), c.is_32bit, dst.bounds.var_off.value, taken_src.bounds,
                       src.bounds);
  } else if (!c.is_32bit && c.op == BPF_JEQ) {
    refine_by_equality(taken_dst.bounds, taken_src.bounds);
  } else if (!c.is_32bit && c.op == BPF_JNE) {
    refine_by_equality(dst.bounds, src.bounds);
  }
}

void refine_copies(Env& env, unsigned number, State& taken) {
  const Reg& reg = env.reg(number);
  if (!reg.is_scalar() || reg.id == 0) return;
  const bool linked = narrow_copies(env.values, env.current, reg);
  narrow_copies(env.values, taken, taken.regs[number]);
  if (linked) env.facts[env.insn].refines_linked = true;
}

void refine(Env& env, const Comparison& c, State& taken) {
  Reg& dst = env.reg(c.insn.dst);
  if (c.with_register) {
    refine_registers(env, c, taken);
    if (dst.is_scalar()) refine_copies(env, c.insn.src, taken);
  } else if (dst.is_scalar()) {
    refine_by_constant(c.op, c.is_32bit, c.immediate(), taken.regs[c.insn.dst].bounds, dst.bounds);
  }
  refine_copies(env, c.insn.dst, taken);
  const bool with_null = !c.is_32bit && !c.with_register && c.insn.imm == 0;
  if (with_null && (c.op == BPF_JEQ || c.op == BPF_JNE) && dst.is_or_null()) {
    const uint32_t id = dst.id;
    resolve_null(env, env.current, id, c.op == BPF_JNE);
    resolve_null(env, taken, id, c.op == BPF_JEQ);
    return;
  }
  learn_packet_range(env.values, c.insn, env.current, taken);
}

// A comparison before this one excluded every value of the scalar. The kernel walks on; such a loop would not end.
bool impossible(Env& env, unsigned number) {
  const Reg& reg = env.reg(number);
  if (!reg.is_scalar() || !reg.bounds.is_empty()) return false;
  mark_precise(env, number);
  return true;
}

}  // namespace

bool check_conditional_jump(Env& env) {
  const Comparison c(env.code());
  if (c.with_register && !read_operand(env, c.insn.src)) return false;
  if (!read_operand(env, c.insn.dst)) return false;
  const auto target = static_cast<uint32_t>(jump_target(env.program, env.insn));
  env.next = env.insn + 1;
  if (const std::optional<bool> taken = outcome(c, env.reg(c.insn.dst), env.reg(c.insn.src))) {
    mark_precise(env, c.insn.dst);
    if (c.with_register) mark_precise(env, c.insn.src);
    if (*taken) env.next = target;
    return true;
  }
  if (impossible(env, c.insn.dst) || (c.with_register && impossible(env, c.insn.src))) {
    env.next = kPathImpossible;
    return true;
  }
  State taken = env.current;
  refine(env, c, taken);
  return defer(env, taken, target);
}

bool check_subprogram_call(Env& env) {
  State& state = env.current;
  if (state.frames.size() >= kMaxFrames) {
    return env.reject(
        fmt::format("the call stack of {} frames is too deep", state.frames.size() + 1));
  }
  if (state.lock != 0) return call_under_lock(env);
  const auto target = static_cast<uint32_t>(callee_start(env.program, env.insn));
  const uint32_t subprogram = env.layout.subprogram_of(target);
  const FunctionInfo* function = function_of(env, subprogram);
  if (function != nullptr && function->is_global) return call_global_function(env, subprogram);
  Regs arguments = first_regs(state.depth() + 1);
  for (unsigned i = 1; i <= 5; ++i) arguments[i] = env.reg(i);
  clobber_caller_saved(env);
  state.enter(env.values, {.callsite = env.insn, .subprog = subprogram}, arguments);
  env.next = target;
  return true;
}

bool return_from_subprogram(Env& env) {
  State& state = env.current;
  if (state.frame().is_callback) return return_from_callback(env);
  const Reg result = env.reg(0);
  if (result.type == RegType::kStack) {
    return env.reject("cannot return stack pointer to the caller");
  }
  env.next = static_cast<uint32_t>(env.frame().callsite) + 1;
  state.leave();
  env.reg(0) = result;
  return true;
}

}  // namespace ebpf
