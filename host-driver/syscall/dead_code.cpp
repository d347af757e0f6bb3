// Decided branches, dead instructions, empty jumps.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/dead_code.h"

#include <linux/bpf.h>

#include <numeric>

#include "offload-compiler/ebpf/verifier/layout.h"

namespace host {

namespace {

constexpr uint8_t kJumpAlways = BPF_JMP | BPF_JA;

bool is_jump_with_offset(const ebpf::Insn& insn) {
  const uint8_t kind = BPF_CLASS(insn.opcode);
  if (kind != BPF_JMP && kind != BPF_JMP32) return false;
  return BPF_OP(insn.opcode) != BPF_CALL && BPF_OP(insn.opcode) != BPF_EXIT;
}
// A jump or a reference to a subprogram whose distance is in imm.
bool has_far_distance(const ebpf::Insn& insn) {
  return ebpf::is_subprogram_call(insn) || ebpf::is_callback_load(insn) ||
         insn.opcode == (BPF_JMP32 | BPF_JA);
}

class Rewriter {
 public:
  Rewriter(const ebpf::VerifiedProgram& verified, const DeadCodeListener& listener)
      : code_(verified.program), listener_(listener), is_live_(verified.visited) {
    origins_.resize(code_.insns.size());
    std::iota(origins_.begin(), origins_.end(), 0);
    tell_origins();
  }

  void decide_branches(const std::vector<int8_t>& branch) {
    for (uint32_t i = 0; i < code_.insns.size(); ++i) {
      if (branch[i] < 0 || !is_live_[i]) continue;
      const int16_t off = branch[i] == 1 ? code_.insns[i].off : int16_t{0};
      const ebpf::Insn jump{.opcode = kJumpAlways, .off = off};
      if (listener_.replace) listener_.replace(i, jump);
      code_.insns[i] = jump;
    }
  }

  void remove_dead() {
    for (uint32_t i = 0; i < code_.insns.size(); ++i) {
      uint32_t count = 0;
      while (i + count < code_.insns.size() && !is_live_[i + count]) ++count;
      if (count != 0) remove(i, count);
    }
  }

  void remove_empty_jumps() {
    for (uint32_t i = 0; i < code_.insns.size();) {
      if (code_.insns[i] == ebpf::Insn{.opcode = kJumpAlways}) {
        remove(i, 1);
      } else {
        ++i;
      }
    }
  }

  std::vector<ebpf::Insn> take() { return std::move(code_.insns); }

 private:
  void tell_origins() const {
    if (listener_.orig_idx != nullptr) *listener_.orig_idx = origins_;
  }

  // A place in or behind what is removed moves to where that was, or to the front by its size.
  static int64_t moved(int64_t place, uint32_t at, uint32_t count) {
    if (place <= at) return place;
    return place < int64_t{at} + count ? at : place - count;
  }

  void retarget(uint32_t i, uint32_t at, uint32_t count) {
    ebpf::Insn& insn = code_.insns[i];
    const bool is_far = has_far_distance(insn);
    if (!is_far && !is_jump_with_offset(insn)) return;
    const int64_t distance = is_far ? insn.imm : insn.off;
    const int64_t target = moved(i + 1 + distance, at, count);
    const int64_t next = moved(int64_t{i} + 1, at, count);
    if (is_far) {
      insn.imm = static_cast<int32_t>(target - next);
    } else {
      insn.off = static_cast<int16_t>(target - next);
    }
  }

  void remove(uint32_t at, uint32_t count) {
    if (listener_.remove) listener_.remove(at, count);
    const auto size = static_cast<uint32_t>(code_.insns.size());
    for (uint32_t i = 0; i < size; ++i) {
      if (i < at || i >= at + count) retarget(i, at, count);
    }
    erase(code_.insns, at, count);
    erase(is_live_, at, count);
    erase(origins_, at, count);
    tell_origins();
  }

  template <typename T>
  static void erase(std::vector<T>& from, uint32_t at, uint32_t count) {
    from.erase(from.begin() + at, from.begin() + at + count);
  }

  ebpf::Program code_;
  const DeadCodeListener& listener_;
  std::vector<bool> is_live_;
  std::vector<uint32_t> origins_;
};

}  // namespace

std::vector<ebpf::Insn> without_dead_code(const ebpf::VerifiedProgram& verified,
                                          const DeadCodeListener& listener) {
  Rewriter rewriter(verified, listener);
  rewriter.decide_branches(verified.branch);
  rewriter.remove_dead();
  rewriter.remove_empty_jumps();
  return rewriter.take();
}

}  // namespace host
