// The stack of call chains: frames are rounded up, chains are at most eight frames deep and do not recurse.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "offload-compiler/ebpf/verifier/explore.h"

namespace ebpf {

namespace {

constexpr uint32_t kFrameRounding = 32;

struct Edge {
  uint32_t insn, callee;
};

std::vector<std::vector<Edge>> call_graph(const Env& env) {
  std::vector<std::vector<Edge>> graph(env.layout.starts.size());
  for (uint32_t i = 0; i < env.program.insns.size(); ++i) {
    const Insn& insn = env.program.insns[i];
    const bool names_callee = is_subprogram_call(insn) || is_callback_load(insn);
    if (env.layout.wide_tails[i] || !names_callee) continue;
    const auto target = static_cast<uint32_t>(callee_start(env.program, i));
    graph[env.layout.subprogram_of(i)].push_back({i, env.layout.subprogram_of(target)});
  }
  return graph;
}

// The deepest and the largest chain from a subprogram down, itself included.
struct Height {
  uint32_t frames = 0, bytes = 0;
};

class Chains {
 public:
  explicit Chains(Env& env) : env_(env), graph_(call_graph(env)), heights_(graph_.size()) {}

  // `above`: the chain that calls. Recursion is a chain without end, so it is found as one that is too deep.
  bool check(uint32_t subprogram, Height above) {
    Height& height = heights_[subprogram];
    if (height.frames == 0 && !measure(subprogram, above)) return false;
    const uint32_t frames = above.frames + height.frames, bytes = above.bytes + height.bytes;
    if (frames > kMaxFrames) return too_deep(frames);
    if (bytes > kStackBytes) {
      return env_.reject(
          fmt::format("combined stack size of {} calls is {}. Too large", frames, bytes));
    }
    return true;
  }

 private:
  bool too_deep(uint32_t frames) {
    return env_.reject(fmt::format("the call stack of {} frames is too deep", frames));
  }

  bool measure(uint32_t subprogram, Height above) {
    if (above.frames >= kMaxFrames) return too_deep(above.frames + 1);
    const uint32_t used = std::max(env_.stack_bytes[subprogram], uint32_t{1});
    const uint32_t own = (used + kFrameRounding - 1) / kFrameRounding * kFrameRounding;
    Height below;
    for (const Edge& edge : graph_[subprogram]) {
      env_.insn = edge.insn;
      if (!check(edge.callee, {above.frames + 1, above.bytes + own})) return false;
      below.frames = std::max(below.frames, heights_[edge.callee].frames);
      below.bytes = std::max(below.bytes, heights_[edge.callee].bytes);
    }
    heights_[subprogram] = {below.frames + 1, below.bytes + own};
    return true;
  }

  Env& env_;
  std::vector<std::vector<Edge>> graph_;
  std::vector<Height> heights_;
};

}  // namespace

bool check_stack_depth(Env& env) {
  env.current.frames.clear();  // registers of no path belong to a refusal from here on
  return Chains(env).check(0, {});
}

}  // namespace ebpf
