// A program on its way to microcode: its instructions, facts about them, what the passes decided.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/defect.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/nfp/facts.h"

namespace offload {

// Why an instruction yields no words.
enum class Skip : uint8_t {
  kNo,
  kVerifier,  // dead code or a jump to the next instruction
  kCombined,  // a neighbour does its work; nothing may branch to it
};

struct PassSpec;  // passes.h

constexpr uint32_t kNoInsn = ~uint32_t{0};

// Packet bytes [start, end) that one memory read brings into transfer registers for several loads.
struct PacketRange {
  int32_t start = 0, end = 0;  // relative to the base register; end 0: the load reads memory itself
  bool reads = false;          // this load issues the read
};

struct PlannedInsn {
  ebpf::Insn insn;
  InsnFacts facts;

  uint32_t frame = 0;         // index into Plan::frames
  uint32_t target = kNoInsn;  // jumps and local calls
  bool jump_target = false;   // something branches here
  bool starts_frame = false;  // first instruction of a subprogram (not of main)
  Skip skip = Skip::kNo;
  const PassSpec* removed_by = nullptr;  // the pass that set `skip`

  bool negated_compare = false;   // the immediate's sign was turned: compare by addition
  int32_t copy_bytes = 0;         // head load of a copy: its length, negative when it descends
  uint32_t copy_store = kNoInsn;  // head load of a copy: the store that holds the destination
  PacketRange cache;
};

struct Plan {
  ebpf::Program source;  // as loaded
  std::vector<PlannedInsn> insns;
  std::vector<FrameFacts> frames;
  uint32_t adjust_head = kAdjustHeadUnused;
  bool fix_defects = false;  // correct code where the driver's is known to be wrong (defects.def)
  std::vector<Diagnostic> refusals;  // by the passes
  std::vector<uint32_t> map_ids;     // table id of each of the program's maps, 0 for unused ones

  // Passes and lowering ask this at the one place where they could go wrong.
  bool fixes(Defect defect) const { return fix_defects && spec_of(defect).is_corrected(); }
};

// Whether a map helper's key lies at the bottom of the current frame, as far as the driver looks: a pointer
// into a caller's frame counts as one into the current (defect B11).
bool key_at_frame_bottom(const Plan& plan, const PlannedInsn& call);

// Joins program and facts and marks jump targets. The program has passed the verifier: targets are
// in range.
Plan make_plan(const ebpf::Program& program, const ProgramFacts& facts);

}  // namespace offload
