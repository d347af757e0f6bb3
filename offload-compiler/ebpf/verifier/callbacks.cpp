// Callbacks: their arguments, their way back to the call, and widening of what differs from round to round.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/callbacks.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "offload-compiler/ebpf/verifier/explored.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/precision.h"

namespace ebpf {

namespace {

void set_arguments(const Env& env, uint32_t map, const Regs& caller, Regs& callee) {
  if (env.code().imm == BPF_FUNC_loop) {  // index, context
    callee[1].set_unknown();
    callee[2] = caller[3];
    return;
  }
  callee[1].set_pointer(RegType::kConstMapPtr);  // map, key, value, context
  callee[2].set_pointer(RegType::kMapKey);
  callee[3].set_pointer(RegType::kMapValue);
  for (unsigned i = 1; i <= 3; ++i) callee[i].map = map;
  callee[4] = caller[3];
}

bool differs(const Held& before, const Value& now, bool now_precise) {
  return before.value->is_scalar() && now.is_scalar() && !before.precise && !now_precise &&
         !(before.value->bounds == now.bounds);
}

// What changes from round to round and nothing relied on becomes unknown, so that the rounds soon look alike.
void widen_changes(Values& values, const KeptState& before, State& now) {
  for (unsigned i = 0; i < kRegisters; ++i) {
    Reg& reg = now.regs[i];
    if (differs(before.frame().regs[i], reg, reg.precise)) reg.set_unknown();
  }
  for (size_t f = 0; f < now.frames.size(); ++f) {
    const Frame& old = *before.frames[f];
    SharedFrame& frame = now.frames[f];
    for (uint8_t i = 0; i < std::min(old.places(), frame->places()); ++i) {
      const Held& held = frame->at(i);
      const bool both = old.holds(i) && frame->holds(i);
      if (both && differs(old.at(i), *held.value, held.precise)) {
        frame.own().at(i).hold_unknown(values);
      }
    }
  }
}

}  // namespace

bool defer_callback(Env& env, uint32_t subprogram, uint32_t map) {
  State round = env.current;
  if (round.frames.size() >= kMaxFrames) {
    return env.reject(
        fmt::format("the call stack of {} frames is too deep", round.frames.size() + 1));
  }
  Regs arguments = first_regs(round.depth() + 1);
  set_arguments(env, map, round.regs, arguments);
  round.enter(env.values, {.callsite = env.insn, .subprog = subprogram, .is_callback = true},
              arguments);
  ++round.rounds;
  return defer(env, round, env.layout.starts[subprogram]);
}

bool return_from_callback(Env& env) {
  if (!read_operand(env, 0)) return false;
  const Reg& result = env.reg(0);
  if (!result.is_scalar()) {
    return env.reject(fmt::format("R0 is {}, a callback returns a scalar value of 0 or 1",
                                  to_string(result.type)));
  }
  mark_precise(env, 0);
  if (result.bounds.umax > 1) {
    return env.reject(fmt::format(
        "at callback return the register R0 has value {}, should have been in (0x0; 0x1)",
        tnum::to_string(result.bounds.var_off)));
  }
  State& state = env.current;
  env.next = static_cast<uint32_t>(state.frame().callsite);
  state.leave();
  if (const KeptState* before = previous_round(env, env.next)) {
    widen_changes(env.values, *before, state);
  }
  return true;
}

}  // namespace ebpf
