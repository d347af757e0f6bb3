// The shape of a program: checks every instruction's encoding and walks the control flow once.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/layout.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <optional>

#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/ebpf/verifier/prototypes.h"

namespace ebpf {

namespace {

bool is_jump_class(const Insn& insn) {
  const uint8_t cls = BPF_CLASS(insn.opcode);
  return cls == BPF_JMP || cls == BPF_JMP32;
}

bool is_exit(const Insn& insn) { return insn.opcode == (BPF_JMP | BPF_EXIT); }
bool is_call(const Insn& insn) { return insn.opcode == (BPF_JMP | BPF_CALL); }
bool is_goto(const Insn& insn) { return is_jump_class(insn) && BPF_OP(insn.opcode) == BPF_JA; }

bool names_subprogram(const Insn& insn) {
  return is_subprogram_call(insn) || is_callback_load(insn);
}

class Walker {
 public:
  explicit Walker(const Program& program)
      : program_(program), count_(static_cast<uint32_t>(program.insns.size())) {
    layout_.prune_points.resize(count_);
    layout_.wide_tails.resize(count_);
  }

  std::optional<base::Error> run() {
    if (auto error = check_encodings()) return error;
    if (auto error = find_subprograms()) return error;
    for (uint32_t i = 0; i < layout_.starts.size(); ++i) {
      if (auto error = check_subprogram(layout_.starts[i], layout_.end_of(i, count_))) return error;
    }
    return walk();
  }

  Layout take() { return std::move(layout_); }

 private:
  base::Error refuse(uint32_t insn, const std::string& cause) const {
    return base::invalid_input(located(program_, insn, cause));
  }

  std::optional<base::Error> check_encodings() {
    for (uint32_t i = 0; i < count_; ++i) {
      const Insn& insn = program_.insns[i];
      const InsnSpec* spec = find_spec(insn);
      if (spec == nullptr) return refuse(i, illegal_reason(insn));
      if (!spec->is_wide()) continue;
      if (i + 1 == count_)
        return refuse(i, "invalid bpf_ld_imm64 insn: the second slot is missing");
      const Insn& tail = program_.insns[i + 1];
      if (tail.opcode != 0 || tail.dst != 0 || tail.src != 0 || tail.off != 0) {
        return refuse(
            i, "invalid bpf_ld_imm64 insn: the second slot has fields besides its immediate");
      }
      if (auto error = check_source(i, insn, tail.imm)) return error;
      layout_.wide_tails[++i] = true;
    }
    return std::nullopt;
  }

  // What a 64-bit immediate names has to be there on paths that are never taken, too.
  std::optional<base::Error> check_source(uint32_t i, const Insn& insn, int32_t tail) const {
    switch (insn.src) {
      case 0:
      case BPF_PSEUDO_FUNC:
        return std::nullopt;
      case BPF_PSEUDO_MAP_FD:
      case BPF_PSEUDO_MAP_VALUE:
        return check_map(i, insn, tail);
      default:
        return refuse(i, fmt::format("unrecognized bpf_ld_imm64 insn: source {} is not implemented",
                                     insn.src));
    }
  }

  std::optional<base::Error> check_map(uint32_t i, const Insn& insn, int32_t tail) const {
    const auto index = static_cast<size_t>(insn.imm);
    if (insn.imm < 0 || index >= program_.maps.size()) {
      return refuse(i, fmt::format("map {} is not one of the program's {} maps", insn.imm,
                                   program_.maps.size()));
    }
    const MapDef& map = program_.maps[index];
    if (map.lock_off >= 0 && program_.type == ProgType::kSocketFilter)
      return refuse(i, "socket filter progs cannot use bpf_spin_lock yet");
    if (insn.src == BPF_PSEUDO_MAP_FD) {
      if (tail == 0) return std::nullopt;
      return refuse(i, fmt::format("unrecognized bpf_ld_imm64 insn: the second slot of a map is "
                                   "{}, it must be 0",
                                   tail));
    }
    if (map.type != BPF_MAP_TYPE_ARRAY || map.max_entries != 1) {
      return refuse(i,
                    "direct value access on this map type is not supported: it needs an array of "
                    "one entry");
    }
    const auto off = static_cast<uint32_t>(tail);
    if (off < map.value_bytes) return std::nullopt;
    return refuse(i, fmt::format("invalid access to map value pointer, value_size={} off={}",
                                 map.value_bytes, off));
  }

  std::optional<base::Error> find_subprograms() {
    layout_.starts.push_back(0);
    for (uint32_t i = 0; i < count_; ++i) {
      if (!names_subprogram(program_.insns[i])) continue;
      const int64_t target = callee_start(program_, i);
      if (target < 0 || target >= count_) {
        return refuse(i,
                      fmt::format("call to invalid destination {}: the program has {} instructions",
                                  target, count_));
      }
      if (layout_.wide_tails[static_cast<size_t>(target)]) {
        return refuse(i, fmt::format("call into the middle of ldimm64 insn {}", target - 1));
      }
      layout_.starts.push_back(static_cast<uint32_t>(target));
    }
    std::sort(layout_.starts.begin(), layout_.starts.end());
    layout_.starts.erase(std::unique(layout_.starts.begin(), layout_.starts.end()),
                         layout_.starts.end());
    return std::nullopt;
  }

  std::optional<base::Error> check_subprogram(uint32_t start, uint32_t end) const {
    for (uint32_t i = start; i < end; ++i) {
      const Insn& insn = program_.insns[i];
      if (!is_goto(insn) && !is_conditional_jump(insn)) continue;
      const int64_t target = jump_target(program_, i);
      if (target < start || target >= end) {
        return refuse(
            i, fmt::format("jump out of range from insn {} to {}: its subprogram is [{}, {})", i,
                           target, start, end));
      }
      if (layout_.wide_tails[static_cast<size_t>(target)]) {
        return refuse(i, fmt::format("jump into the middle of ldimm64 insn {}", target - 1));
      }
    }
    const Insn& last = program_.insns[end - 1];
    if (layout_.wide_tails[end - 1] || (!is_exit(last) && !is_goto(last))) {
      return refuse(end - 1, "last insn is not an exit or jmp");
    }
    return std::nullopt;
  }

  // Visits what control flow can reach, marks prune points, refuses what nothing reaches.
  std::optional<base::Error> walk() {
    std::vector<bool> reached(count_);
    std::vector<uint32_t> work{0};
    reached[0] = true;
    while (!work.empty()) {
      const uint32_t at = work.back();
      work.pop_back();
      for (const uint32_t to : successors(at)) {
        if (reached[to]) continue;
        reached[to] = true;
        work.push_back(to);
      }
    }
    for (uint32_t i = 0; i < count_; ++i) {
      if (!reached[i] && !layout_.wide_tails[i]) return refuse(i, "unreachable insn");
    }
    return std::nullopt;
  }

  std::vector<uint32_t> successors(uint32_t at) {
    const Insn& insn = program_.insns[at];
    if (is_exit(insn)) return {};
    const uint32_t after = at + (at + 1 < count_ && layout_.wide_tails[at + 1] ? 2 : 1);
    if (is_goto(insn)) {
      const auto target = static_cast<uint32_t>(jump_target(program_, at));
      layout_.prune_points[target] = true;
      if (at + 1 < count_) layout_.prune_points[at + 1] = true;
      return {target};
    }
    if (is_conditional_jump(insn)) {
      const auto target = static_cast<uint32_t>(jump_target(program_, at));
      layout_.prune_points[at] = true;
      layout_.prune_points[target] = true;
      return {target, after};
    }
    if (is_call(insn)) layout_.prune_points[after] = true;
    if (calls_back(insn)) layout_.prune_points[at] = true;
    if (!names_subprogram(insn)) return {after};
    const auto callee = static_cast<uint32_t>(callee_start(program_, at));
    layout_.prune_points[at] = true;
    layout_.prune_points[callee] = true;
    return {callee, after};
  }

  const Program& program_;
  uint32_t count_;
  Layout layout_;
};

}  // namespace

uint32_t Layout::subprogram_of(uint32_t insn) const {
  const auto after = std::upper_bound(starts.begin(), starts.end(), insn);
  return static_cast<uint32_t>(after - starts.begin()) - 1;
}

uint32_t Layout::end_of(uint32_t subprogram, uint32_t insns) const {
  return subprogram + 1 < starts.size() ? starts[subprogram + 1] : insns;
}

int64_t jump_target(const Program& program, uint32_t insn) {
  const Insn& jump = program.insns[insn];
  const bool is_long = jump.opcode == (BPF_JMP32 | BPF_JA);
  return int64_t{insn} + 1 + (is_long ? jump.imm : jump.off);
}

bool is_conditional_jump(const Insn& insn) {
  if (!is_jump_class(insn)) return false;
  const uint8_t op = BPF_OP(insn.opcode);
  return op != BPF_JA && op != BPF_CALL && op != BPF_EXIT;
}

bool is_subprogram_call(const Insn& insn) { return is_call(insn) && insn.src == BPF_PSEUDO_CALL; }

bool is_callback_load(const Insn& insn) {
  return insn.opcode == (BPF_LD | BPF_IMM | BPF_DW) && insn.src == BPF_PSEUDO_FUNC;
}

int64_t callee_start(const Program& program, uint32_t insn) {
  return int64_t{insn} + program.insns[insn].imm + 1;
}

base::Result<Layout> lay_out(const Program& program) {
  if (program.insns.empty()) return base::invalid_input("the program has no instructions");
  Walker walker(program);
  if (auto error = walker.run()) return *error;
  return walker.take();
}

}  // namespace ebpf
