// The verifier: encodings and control flow, all paths, the stack of call chains; then what was learnt per instruction.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier.h"

#include <fmt/format.h>

#include "offload-compiler/ebpf/verifier/env.h"
#include "offload-compiler/ebpf/verifier/explore.h"

namespace ebpf {

namespace {

constexpr const char* kRegTypeNames[] = {
    "?",        "scalar", "ctx",     "map_ptr", "map_value",   "map_value_or_null", "fp",
    "pkt_meta", "pkt",    "pkt_end", "mem",     "mem_or_null", "map_key",           "func"};

// A conditional jump of which only one successor was ever visited.
std::vector<int8_t> decided_branches(const Env& env) {
  const Program& program = env.program;
  std::vector<int8_t> branch(program.insns.size(), -1);
  for (uint32_t i = 0; i < program.insns.size(); ++i) {
    if (!env.facts[i].visited || !is_conditional_jump(program.insns[i])) continue;
    const auto target = static_cast<size_t>(jump_target(program, i));
    if (!env.facts[i + 1].visited) {
      branch[i] = 1;
    } else if (!env.facts[target].visited) {
      branch[i] = 0;
    }
  }
  return branch;
}

VerifiedProgram summarise(Env& env) {
  VerifiedProgram out;
  const auto count = static_cast<uint32_t>(env.program.insns.size());
  out.program = env.program;
  out.visited.resize(count);
  out.zext.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    const bool tail = env.layout.wide_tails[i];
    out.visited[i] = env.facts[tail ? i - 1 : i].visited;
    out.zext[i] = env.facts[i].zext;
  }
  out.branch = decided_branches(env);
  for (uint32_t i = 0; i < env.layout.starts.size(); ++i) {
    out.subprograms.push_back(
        {env.layout.starts[i], env.layout.end_of(i, count), env.stack_bytes[i]});
  }
  out.max_packet_offset = env.max_packet_offset;
  out.visits = env.visits;
  env.log.line(fmt::format("processed {} insns", env.visits));
  out.log = env.log.take();
  return out;
}

base::Error with_log(base::Error error, std::string log) {
  if (!log.empty()) error.message += "\n" + log;
  return error;
}

}  // namespace

const char* to_string(RegType type) { return kRegTypeNames[static_cast<size_t>(type)]; }

base::Result<VerifiedProgram> verify(const Program& program, const VerifierOptions& options) {
  if (program.insns.size() > options.max_insns) {
    return base::out_of_range(fmt::format("the program has {} instructions, at most {} are allowed",
                                          program.insns.size(), options.max_insns));
  }
  const base::Result<Layout> layout = lay_out(program);
  if (!layout) return layout.error();
  Env env(program, options, *layout);
  if (!explore(env) || !check_stack_depth(env)) return with_log(*env.error, env.log.take());
  return summarise(env);
}

}  // namespace ebpf
