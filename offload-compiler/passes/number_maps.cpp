// Replaces references to maps by the table ids that the firmware knows.
// SPDX-License-Identifier: Apache-2.0
//
// before: r1 = map[3]        (index into the program's maps)
//         r2 = map[3] + 8    (address within its first element)
// after:  r1 = 2             (table id; upper word 0)
//         r2 = map[2] + 8    (table id; upper word the offset)
//
// requires: Plan::map_ids covers every map that the program refers to
// ensures:  no ld_imm64 carries a map index
#include <cassert>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {

void number_maps(Plan& plan) {
  for (size_t i = 0; i + 1 < plan.insns.size(); ++i) {
    ebpf::Insn& low = plan.insns[i].insn;
    if (!is_load_imm64(low) || !refers_to_map(low)) continue;
    const auto map = static_cast<uint32_t>(low.imm);
    assert(map < plan.map_ids.size() && "the verifier checks map indices");
    low.imm = static_cast<int32_t>(plan.map_ids[map]);
    if (low.src == BPF_PSEUDO_MAP_FD) plan.insns[i + 1].insn.imm = 0;
  }
}

}  // namespace offload
