// Recognises instructions whose lowering is known to be wrong.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/defects.h"

#include <cstdlib>
#include <optional>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/reciprocal.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"
#include "offload-compiler/passes/register_use.h"
#include "offload-compiler/passes/shared_base.h"

namespace offload {
namespace {

using ebpf::Insn;
using ebpf::RegType;

class Inspector {
 public:
  Inspector(const Plan& plan, const firmware::Capability& capability)
      : plan_(plan), capability_(capability) {}

  std::vector<Diagnostic> inspect(const Lowered& lowered) {
    if (touches_frame_early(lowered.words)) report(first_lowered(), Defect::kEarlyStack);
    for (uint32_t i = 0; i < plan_.insns.size(); ++i) {
      if (plan_.insns[i].skip != Skip::kNo) continue;
      inspect_insn(i);
      follow_read(i);
    }
    return std::move(found_);
  }

 private:
  void report(uint32_t insn, Defect defect) {
    if (plan_.fixes(defect)) return;
    found_.push_back(diagnostic_of(defect, insn));
  }

  void inspect_insn(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    const Insn& insn = planned.insn;
    if (is_immediate_store(insn)) report(index, Defect::kStoreImmediate);
    if (uses_frame_pointer_value(insn)) report(index, Defect::kFramePointer);
    if (negation_overflows(insn)) report(index, Defect::kNegation);
    if (is_alu(insn)) return inspect_alu(index);
    if (is_helper_call(insn)) return inspect_helper(index);
    if (packet_offset_is_cut(insn)) {
      report(index, Defect::kPacketOffset);
    } else if (packet_index_may_be_negative(planned)) {
      report(index, Defect::kPacketIndex);
    }
    if (planned.facts.ptr.type == RegType::kMapValue && insn.off < 0)
      report(index, Defect::kNegativeOffset);
    if (is_load(insn) && planned.copy_bytes != 0) return inspect_copy(index);
    if (shares_read(planned) && read_.may_differ(planned)) report(index, Defect::kSharedRead);
  }

  void inspect_alu(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    const Insn& insn = planned.insn;
    if (shift_count_may_wrap(planned)) {
      report(index, Defect::kShiftBeyond);
    } else if (operation(insn) == BPF_LSH && shift_count_may_be_zero(planned)) {
      report(index, Defect::kShiftByZero);
    }
    if (shift_spoils_its_count(planned, planned.facts.src)) report(index, Defect::kShiftBySelf);
    if (shift_count_may_be_a_sign(planned)) report(index, Defect::kShiftSign);
    if (operation(insn) == BPF_DIV) {
      const uint64_t divisor =
          has_register_source(insn) ? planned.facts.src.min : static_cast<uint32_t>(insn.imm);
      if (ends_with_shift_by_zero(static_cast<uint32_t>(divisor)))
        report(index, Defect::kDivisionShift);
    }
  }

  void inspect_helper(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    switch (planned.insn.imm) {
      case BPF_FUNC_map_lookup_elem:
      case BPF_FUNC_map_update_elem:
      case BPF_FUNC_map_delete_elem:
        if (planned.facts.key_in_caller && key_at_frame_bottom(plan_, planned))
          report(index, Defect::kCallerKey);
        break;
      case BPF_FUNC_xdp_adjust_head:
        if (plan_.adjust_head != index && adjust_window_is_cut(capability_.adjust_head))
          report(index, Defect::kAdjustWindow);
        break;
      case BPF_FUNC_perf_event_output:
        report(index, Defect::kEventOutput);
        break;
      default:
        break;
    }
  }

  void inspect_copy(uint32_t index) {
    const PlannedInsn& load = plan_.insns[index];
    const unsigned pairs =
        static_cast<unsigned>(std::abs(load.copy_bytes)) / access_bytes(load.insn);
    if (copy_reload_matters(plan_, index, live())) report(index, Defect::kCopyReload);
    if (copy_tail_is_cut(plan_, load)) report(index, Defect::kCopyTail);
    if (changes_direction(index, pairs)) report(index, Defect::kCopyTurns);
    if (copy_bases_may_differ(load, plan_.insns[load.copy_store]))
      report(index, Defect::kSharedRead);
    if (overlaps_in_part(index, pairs)) report(index, Defect::kCopyOverlap);
  }

  // The driver ends a run where a load begins in what the run's first store wrote, not where it only reaches into it.
  bool overlaps_in_part(uint32_t head, unsigned pairs) const {
    const PointerFacts& from = plan_.insns[head].facts.ptr;
    const PointerFacts& to = plan_.insns[head + 1].facts.ptr;
    if (from.type != to.type || from.id != to.id) return false;
    const std::vector<Insn>& insns = plan_.source.insns;
    const int written = insns[head + 1].off + to.off;
    const int width = static_cast<int>(access_bytes(insns[head]));
    for (unsigned pair = 1; pair < pairs; ++pair) {
      const int distance = insns[head + 2 * pair].off + from.off - written;
      if (distance > -width && distance < width) return true;
    }
    return false;
  }

  // The head holds the lowest offset of an ascending run, so a turn shows in the distance of the pairs behind it.
  bool changes_direction(uint32_t head, unsigned pairs) const {
    const std::vector<Insn>& insns = plan_.source.insns;
    const int step = pairs > 1 ? insns[head + 2].off - insns[head].off : 0;
    for (unsigned pair = 2; pair < pairs; ++pair) {
      if (insns[head + 2 * pair].off - insns[head + 2 * pair - 2].off != step) return true;
    }
    return false;
  }

  static bool shares_read(const PlannedInsn& load) {
    return is_load(load.insn) && load.facts.ptr.type == RegType::kPacket && !load.cache.reads &&
           load.cache.end != 0;
  }

  void follow_read(uint32_t index) {
    if (plan_.insns[index].cache.reads) read_.begin(plan_.insns[index]);
    read_.pass(plan_.insns[index]);
  }

  const LiveRegisters& live() {
    if (!live_) live_.emplace(plan_);
    return *live_;
  }

  uint32_t first_lowered() const {
    uint32_t insn = 0;
    while (insn + 1 < plan_.insns.size() && plan_.insns[insn].skip != Skip::kNo) ++insn;
    return insn;
  }

  const Plan& plan_;
  const firmware::Capability& capability_;
  SharedBase read_;
  std::optional<LiveRegisters> live_;  // once a copy asks
  std::vector<Diagnostic> found_;
};

}  // namespace

Diagnostic diagnostic_of(Defect defect, uint32_t insn) {
  const DefectSpec& spec = spec_of(defect);
  return {Diagnostic::Severity::kDefect, spec.rule, base::ErrorCode::kUnsupported, insn,
          spec.effect};
}

std::vector<Diagnostic> find_defects(const Plan& plan, const Lowered& lowered,
                                     const firmware::Capability& capability) {
  return Inspector(plan, capability).inspect(lowered);
}

}  // namespace offload
