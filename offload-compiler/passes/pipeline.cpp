// The order of the passes: the verifier's clean-up, then what the driver does before it translates.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/passes.h"

namespace offload {

void run_passes(Plan& plan) {
  using Pass = void (*)(Plan&);
  constexpr Pass kPasses[] = {
      remove_dead_code, number_maps,      skip_register_setup, negate_immediates,
      skip_load_masks,  skip_load_shifts, gather_copies,       cache_packet_loads,
  };
  for (const Pass pass : kPasses) pass(plan);
}

}  // namespace offload
