// The order of the passes: the verifier's clean-up, then what the driver does before it translates.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

constexpr PassSpec kPasses[] = {
    {"dead-code", remove_dead_code, "goes on to the next instruction"},
    {"number-maps", number_maps, ""},
    {"register-setup", skip_register_setup, "the context pointer is never used"},
    {"negate-immediates", negate_immediates, ""},
    {"load-masks", skip_load_masks, "the load has cleared these bits"},
    {"load-shifts", skip_load_shifts, "the load has cleared the upper half"},
    {"gather-copies", gather_copies, "part of a copy"},
    {"packet-cache", cache_packet_loads, ""},
};

void sign(Plan& plan, const PassSpec& pass) {
  for (PlannedInsn& insn : plan.insns) {
    if (insn.skip != Skip::kNo && insn.removed_by == nullptr) insn.removed_by = &pass;
  }
}

}  // namespace

void run_passes(Plan& plan) {
  for (const PassSpec& pass : kPasses) {
    pass.run(plan);
    sign(plan, pass);
  }
}

}  // namespace offload
