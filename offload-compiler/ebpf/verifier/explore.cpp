// The exploration of all paths through a program, one instruction at a time, until a path ends or reaches a known state.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/explore.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "offload-compiler/ebpf/verifier/check.h"
#include "offload-compiler/ebpf/verifier/explored.h"
#include "offload-compiler/ebpf/verifier/functions.h"
#include "offload-compiler/ebpf/verifier/helpers.h"
#include "offload-compiler/ebpf/verifier/liveness.h"

namespace ebpf {

namespace {

enum class Step { kNext, kPathEnds, kRefused };

Step step_if(bool ok) { return ok ? Step::kNext : Step::kRefused; }

bool stack_byte_is_zero(const void* state, uint32_t frame, int32_t off) {
  const auto& frames = static_cast<const KeptState*>(state)->frames;
  if (frame >= frames.size() || off >= 0 || off < -kStackBytes || !frames[frame]->covers(off))
    return false;
  return frames[frame]->byte(off) == SlotByte::kZero;
}

bool tell_listener(Env& env) {
  if (!env.options.on_insn) return true;
  RegState regs[kRegisters];
  for (unsigned i = 0; i < kRegisters; ++i) regs[i] = env.reg(i).state();
  Visit visit;
  visit.insn = env.insn;
  visit.prev_insn = env.prev_insn;
  visit.regs = regs;
  visit.frame = env.current.depth();
  visit.subprog = env.frame().subprog;
  visit.program = &env.program;
  visit.stack_byte_is_zero = {static_cast<const KeptState*>(&env.current), stack_byte_is_zero};
  const base::Result<void> answer = env.options.on_insn(visit);
  if (!answer && !env.error) env.error = answer.error();
  return answer.has_value();
}

Step leave(Env& env) {
  if (env.current.lock != 0) {
    env.reject("bpf_spin_unlock is missing");
    return Step::kRefused;
  }
  if (env.current.depth() > 0) return step_if(return_from_subprogram(env));
  if (env.frame().subprog != 0) {
    return leave_global_function(env) ? Step::kPathEnds : Step::kRefused;
  }
  return read_operand(env, 0) ? Step::kPathEnds : Step::kRefused;
}

Step check_jump(Env& env) {
  const Insn& insn = env.code();
  ++env.jumps;
  switch (BPF_OP(insn.opcode)) {
    case BPF_JA:
      env.next = static_cast<uint32_t>(jump_target(env.program, env.insn));
      return Step::kNext;
    case BPF_EXIT:
      return leave(env);
    case BPF_CALL:
      env.next = env.insn + 1;
      if (is_subprogram_call(insn)) return step_if(check_subprogram_call(env));
      if (insn.src != 0) {
        env.reject("calls of kernel functions are not implemented");
        return Step::kRefused;
      }
      return step_if(call_helper(env));
    default:
      if (!check_conditional_jump(env)) return Step::kRefused;
      return env.next == kPathImpossible ? Step::kPathEnds : Step::kNext;
  }
}

Step check_insn(Env& env) {
  switch (BPF_CLASS(env.code().opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
      return step_if(check_alu(env));
    case BPF_JMP:
    case BPF_JMP32:
      return check_jump(env);
    default:
      return step_if(check_memory(env));
  }
}

Step visit(Env& env) {
  if (++env.visits > env.options.max_visits) {
    env.exhausted(fmt::format("BPF program is too large: more than {} instructions on all paths",
                              env.options.max_visits));
    return Step::kRefused;
  }
  switch (arrive(env)) {
    case Arrival::kCovered:
      env.log.line(fmt::format("{}: safe", env.insn));
      return Step::kPathEnds;
    case Arrival::kRefused:
      return Step::kRefused;
    case Arrival::kExplore:
      break;
  }
  env.log.state(env.current);
  env.log.insn(env.program, env.insn);
  if (!tell_listener(env)) return Step::kRefused;
  env.facts[env.insn].visited = true;
  return check_insn(env);
}

// The branch that was found last is explored first.
bool resume(Env& env) {
  close_path(env);
  if (env.pending.empty()) return false;
  Pending& last = env.pending.back();
  env.kept_bytes -= last.state.bytes();
  env.current = State::resume(std::move(last.state));
  env.prev_insn = last.prev_insn;
  env.insn = last.insn;
  env.log.rewind(last.log_size);
  env.log.line(fmt::format("from {} to {}:", env.prev_insn, env.insn));
  env.pending.pop_back();
  return true;
}

// What was kept of another function says nothing of the next one.
void start_at(Env& env, uint32_t subprogram) {
  for (auto& states : env.explored) states.clear();
  env.retired.clear();
  env.kept_bytes = 0;
  env.current = State{};
  env.current.frames.emplace_back(Frame{.subprog = subprogram});
  env.current.regs = first_regs(0);
  env.insn = env.layout.starts[subprogram];
  env.current.first_insn = env.insn;
  env.prev_insn = env.insn;
  env.starts_function = true;
}

bool explore_all_paths(Env& env) {
  while (true) {
    switch (visit(env)) {
      case Step::kNext:
        env.prev_insn = env.insn;
        env.insn = env.next;
        break;
      case Step::kPathEnds:
        if (!resume(env)) return true;
        break;
      case Step::kRefused:
        return false;
    }
  }
}

}  // namespace

bool explore(Env& env) {
  for (const uint32_t subprogram : global_functions(env)) {
    start_at(env, subprogram);
    if (!set_up_function(env, subprogram) || !explore_all_paths(env)) return false;
  }
  start_at(env, 0);
  env.reg(1).set_pointer(RegType::kCtx);
  return explore_all_paths(env);
}

}  // namespace ebpf
