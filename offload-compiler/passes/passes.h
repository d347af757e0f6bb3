// The passes over a plan, in no order; pipeline.cpp has the order.
// SPDX-License-Identifier: Apache-2.0
//
// Each pass's .cpp opens with what it does, an example, what it requires and what it ensures.
#pragma once

#include "offload-compiler/passes/plan.h"

namespace offload {

struct PassSpec {
  const char* name;  // stable: listings and their JSON show it
  void (*run)(Plan&);
  const char* removes;  // why an instruction that it removes is not needed; empty: it removes none
};

void remove_dead_code(Plan& plan);
void number_maps(Plan& plan);
void skip_register_setup(Plan& plan);
void negate_immediates(Plan& plan);
void skip_load_masks(Plan& plan);
void skip_load_shifts(Plan& plan);
void gather_copies(Plan& plan);
void cache_packet_loads(Plan& plan);

// Whether negating the immediate overflows so that the result is wrong (defect B1); unsigned 32-bit comparisons add it with the
// right carry all the same. The same before and after negate_immediates().
bool negation_overflows(const ebpf::Insn& insn);

// All of them in the driver's order. What the driver's own passes fail at goes to Plan::refusals.
void run_passes(Plan& plan);

}  // namespace offload
