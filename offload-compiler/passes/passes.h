// The passes over a plan, in no order; pipeline.cpp has the order.
// SPDX-License-Identifier: Apache-2.0
//
// Each pass's .cpp opens with what it does, an example, what it requires and what it ensures.
#pragma once

#include "base/result.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

base::Result<void> remove_dead_code(Plan& plan);
base::Result<void> number_maps(Plan& plan);
base::Result<void> skip_register_setup(Plan& plan);
base::Result<void> negate_immediates(Plan& plan);
base::Result<void> skip_load_masks(Plan& plan);
base::Result<void> skip_load_shifts(Plan& plan);
base::Result<void> gather_copies(Plan& plan);
base::Result<void> cache_packet_loads(Plan& plan);

// All of them in the driver's order. Error: what makes the driver's own passes fail.
base::Result<void> run_passes(Plan& plan);

}  // namespace offload
