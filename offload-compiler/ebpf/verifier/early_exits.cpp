// Early exits: where they are allowed, and the path on which the subprogram's caller goes on.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/early_exits.h"

#include <fmt/format.h>

#include <algorithm>

#include "offload-compiler/ebpf/verifier/explored.h"
#include "offload-compiler/ebpf/verifier/functions.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/precision.h"

namespace ebpf {

namespace {

// `what` is the kernel's name of the instruction.
bool allowed_here(Env& env, const char* what) {
  const auto& frames = env.current.frames;
  if (std::any_of(frames.begin(), frames.end(),
                  [](const SharedFrame& f) { return f->is_callback; })) {
    return env.reject(fmt::format("{} is not allowed in callbacks", what));
  }
  const uint32_t subprogram = env.frame().subprog;
  if (subprogram == 0) return true;
  const FunctionInfo* function = function_of(env, subprogram);
  if (function == nullptr) {
    return env.reject(fmt::format("{} is not allowed in subprogs without BTF", what));
  }
  if (function->returns_scalar) return true;
  return env.reject(fmt::format("{} is only allowed in functions that return 'int'", what));
}

// The path on which the innermost subprogram ended here. A function that is verified by itself has no caller.
bool defer_return(Env& env, bool is_tail_call) {
  if (env.current.depth() == 0) return true;
  State early = env.current;
  const auto after = static_cast<uint32_t>(early.frame().callsite) + 1;
  early.leave();
  Reg& result = early.regs[0];
  result.set_constant(0);
  if (is_tail_call) {
    result.set_unknown();
    invalidate_packet_pointers(env.values, early);
  }
  return defer(env, early, after);
}

}  // namespace

bool check_tail_call(Env& env, uint32_t map) {
  if (!allowed_here(env, "tail_call")) return false;
  const Reg& index = env.reg(3);
  const bool fixed = index.is_scalar() && index.bounds.is_const() &&
                     index.bounds.var_off.value < env.program.maps[map].max_entries;
  if (fixed) mark_precise(env, 3);
  return defer_return(env, true);
}

bool check_early_exit_of_packet_load(Env& env) {
  return allowed_here(env, "LD_ABS") && defer_return(env, false);
}

}  // namespace ebpf
