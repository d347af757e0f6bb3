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

void set_arguments(const Env& env, uint32_t map, const Frame& caller, Frame& callee) {
  if (env.code().imm == BPF_FUNC_loop) {  // index, context
    callee.regs[1].set_unknown();
    callee.regs[2] = caller.regs[3];
    return;
  }
  callee.regs[1].set_pointer(RegType::kConstMapPtr);  // map, key, value, context
  callee.regs[2].set_pointer(RegType::kMapKey);
  callee.regs[3].set_pointer(RegType::kMapValue);
  for (unsigned i = 1; i <= 3; ++i) callee.regs[i].map = map;
  callee.regs[4] = caller.regs[3];
}

void widen(const Reg& before, Reg& now) {
  const bool differs = before.is_scalar() && now.is_scalar() && !before.precise && !now.precise &&
                       !(before.bounds == now.bounds);
  if (differs) now.set_unknown();
}

// What changes from round to round and nothing relied on becomes unknown, so that the rounds soon look alike.
void widen_changes(const State& before, State& now) {
  for (size_t f = 0; f < now.frames.size(); ++f) {
    const Frame& old = before.frames[f];
    Frame& frame = now.frames[f];
    for (unsigned i = 0; i < kRegisters; ++i) widen(old.regs[i], frame.regs[i]);
    for (size_t i = 0; i < std::min(old.stack.size(), frame.stack.size()); ++i) {
      if (old.stack[i].holds_spill() && frame.stack[i].holds_spill()) {
        widen(old.stack[i].spilled, frame.stack[i].spilled);
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
  Frame callee = make_frame(round.depth() + 1, subprogram, env.insn);
  callee.is_callback = true;
  set_arguments(env, map, round.frame(), callee);
  round.frames.push_back(std::move(callee));
  ++round.rounds;
  return defer(env, std::move(round), env.layout.starts[subprogram]);
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
  state.frames.pop_back();
  if (const State* before = previous_round(env, env.next)) widen_changes(*before, state);
  return true;
}

}  // namespace ebpf
