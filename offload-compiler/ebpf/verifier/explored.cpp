// The store of explored states: comparison, retention and eviction, and the bookkeeping of open paths.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/explored.h"

#include <fmt/format.h>

#include <algorithm>

#include "offload-compiler/ebpf/verifier/equal.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/precision.h"
#include "offload-compiler/ebpf/verifier/prototypes.h"

namespace ebpf {

namespace {

constexpr size_t kMaxPending = 8192;
constexpr size_t kMaxSegmentJumps = 1024;  // every branch copies them

using States = std::vector<std::unique_ptr<Explored>>;

bool same_callsites(const KeptState& a, const KeptState& b) {
  return a.frames.size() == b.frames.size() &&
         std::equal(
             a.frames.begin(), a.frames.end(), b.frames.begin(),
             [](const SharedFrame& x, const SharedFrame& y) { return x->callsite == y->callsite; });
}

void complete_closed_states(States& states, const State& current) {
  for (auto& known : states) {
    // The marks of a state in a loop may be incomplete.
    if (known->state.branches == 0 && !known->state.in_loop &&
        same_callsites(known->state, current)) {
      forget_unread(known->state);
    }
  }
}

// Programs have a jump every few instructions; keeping a state at each would cost more than it saves.
bool worth_keeping(const Env& env) {
  return env.jumps - env.jumps_at_store >= 2 && env.visits - env.visits_at_store >= 8;
}

// Iterations of a loop differ, so states of a loop that is still open rarely cover anything.
bool spaced_in_loop(const Env& env) {
  return env.jumps - env.jumps_at_store >= 20 || env.visits - env.visits_at_store >= 100;
}

void retire(Env& env, States& states, size_t index) {
  std::unique_ptr<Explored> victim = std::move(states[index]);
  states.erase(states.begin() + static_cast<std::ptrdiff_t>(index));
  if (victim->state.complete) {
    env.kept_bytes -= victim->state.bytes();
  } else {
    env.retired.push_back(std::move(victim));
  }
}

// The current path ends in `known`. A state whose own paths are not all known passes on incomplete marks: what lies between is
// compared in full from then on.
Arrival end_path_in(Env& env, Explored& known) {
  ++known.hits;
  inherit_liveness(env, known.state);
  inherit_precision(env, known.state);
  if (known.state.branches == 0 && !known.state.in_loop) return Arrival::kCovered;
  for (KeptState* s = env.current.parent; s != nullptr && s != &known.state; s = s->parent) {
    s->in_loop = true;
  }
  return Arrival::kCovered;
}

// A call with a callback comes round again and again: a round that began in no new state ends the path.
bool round_is_known(const Env& env, const Explored& known) {
  return calls_back(env.code()) && covers(known.state, env.current, Compare::kEverything);
}

Arrival compare_with_open(Env& env, Explored& known, bool& keep) {
  if (round_is_known(env, known)) return end_path_in(env, known);
  if (!calls_back(env.code()) && is_same(known.state, env.current)) {
    env.reject("infinite loop detected");
    return Arrival::kRefused;
  }
  if (!spaced_in_loop(env)) keep = false;
  return Arrival::kExplore;
}

// Newest first. Decides on the way whether the current state is worth keeping.
Arrival compare(Env& env, States& states, bool& keep) {
  const Compare compare = env.options.exact_ranges ? Compare::kRead : Compare::kReliedOn;
  for (size_t i = states.size(); i-- > 0;) {
    Explored& known = *states[i];
    if (known.state.frame().callsite != env.frame().callsite) continue;
    if (known.state.branches > 0) {
      const Arrival arrival = compare_with_open(env, known, keep);
      if (arrival != Arrival::kExplore) return arrival;
    } else if (covers(known.state, env.current,
                      known.state.in_loop ? Compare::kEverything : compare)) {
      return end_path_in(env, known);
    }
    if (keep) ++known.misses;
    if (known.misses > known.hits * 3 + 3) retire(env, states, i);
  }
  return Arrival::kExplore;
}

// Registers that a call clobbers are connected while their frame runs.
bool keeps_parent(uint8_t index) { return index <= kLastArgument || index == kFrameReg; }

void connect(Frame& frame, uint8_t depth) {
  for (uint8_t i = 0; i < frame.places(); ++i) {
    Held& held = frame.at(i);
    if (i != kFrameReg) held.live = kLiveNone;
    if (!keeps_parent(i)) held.parent = {depth, i};
  }
}

bool is_connected(const Frame& frame, uint8_t depth) {
  for (uint8_t i = 0; i < frame.places(); ++i) {
    const Held& held = frame.at(i);
    if (i != kFrameReg && held.live != kLiveNone) return false;
    if (!keeps_parent(i) && held.parent != Place{depth, i}) return false;
  }
  return true;
}

// Reads after this point are recorded in the state that was just stored.
void connect_to_parent(State& current) {
  const auto depth = static_cast<uint8_t>(current.depth());
  for (uint8_t i = 0; i < kFrameReg; ++i) {
    current.regs[i].parent = {depth, i};
    current.regs[i].live = kLiveNone;
  }
  for (uint8_t f = 0; f <= depth; ++f) {
    if (!is_connected(*current.frames[f], f)) connect(current.frames[f].own(), f);
  }
}

bool keep_state(Env& env, States& states, bool arrived_by_jump) {
  State& current = env.current;
  forget_precision(current);
  if (arrived_by_jump) current.jumps.pop_back();
  auto known = std::make_unique<Explored>(Explored{current.keep(env.values), 0, 0});
  known->state.insn = env.insn;
  if (!env.charge(known->state.bytes())) return false;
  env.jumps_at_store = env.jumps;
  env.visits_at_store = env.visits;
  current.parent = &known->state;
  current.first_insn = env.insn;
  current.jumps.clear();
  connect_to_parent(current);
  states.push_back(std::move(known));
  return true;
}

}  // namespace

Arrival arrive(Env& env) {
  State& current = env.current;
  current.last_insn = env.prev_insn;
  const bool by_jump = !env.starts_function && env.prev_insn + 1 != env.insn;
  env.starts_function = false;
  if (by_jump) current.jumps.push_back({env.insn, env.prev_insn});
  if (!env.layout.prune_points[env.insn]) return Arrival::kExplore;
  const bool must_keep = calls_back(env.code());
  bool keep = worth_keeping(env);
  States& states = env.explored[env.insn];
  complete_closed_states(states, current);
  const Arrival arrival = compare(env, states, keep);
  if (arrival != Arrival::kExplore) return arrival;
  if (!keep && !must_keep && current.jumps.size() < kMaxSegmentJumps) return arrival;
  return keep_state(env, states, by_jump) ? Arrival::kExplore : Arrival::kRefused;
}

void close_path(Env& env) {
  KeptState* state = &env.current;
  while (state != nullptr && --state->branches == 0) state = state->parent;
}

const KeptState* previous_round(const Env& env, uint32_t insn) {
  const KeptState* state = env.current.parent;
  while (state != nullptr && !(state->insn == insn && same_callsites(*state, env.current))) {
    state = state->parent;
  }
  return state;
}

bool defer(Env& env, const State& state, uint32_t insn) {
  if (env.pending.size() >= kMaxPending) {
    return env.exhausted(
        fmt::format("the sequence of {} jumps is too complex", env.pending.size()));
  }
  if (!env.charge(state.bytes())) return false;
  if (state.parent != nullptr) ++state.parent->branches;
  env.pending.push_back({state.keep(env.values), insn, env.insn, env.log.size()});
  return true;
}

}  // namespace ebpf
