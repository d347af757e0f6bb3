// What the card's driver checks when the maps of a program are created (nfp-fw-abi 10).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

// Table ids of the maps that the program refers to, from 1 in the object's order; 0 for the others, which are never created.
// Parallel to Program::maps. The program need not be verified: references out of range are left alone.
std::vector<uint32_t> number_used_maps(const ebpf::Program& program);

enum class MapRules : uint8_t {
  kDriver,
  kRelaxed,  // flags that say how user space and programs reach a map are no concern of the card, and the value of an array of one
             // element that the program uses by its address alone may be larger
};

// Everything that the driver would refuse, in the driver's words; the first is what it answers.
std::vector<Diagnostic> map_limit_refusals(const ebpf::Program& program,
                                           const std::vector<uint32_t>& map_ids,
                                           const firmware::MapLimits& limits,
                                           MapRules rules = MapRules::kDriver);

// What the maps with an id take of the limits.
struct MapDemand {
  uint32_t maps = 0;
  uint64_t elements = 0;
  uint64_t largest_key = 0, largest_value = 0, largest_element = 0;  // bytes
};
MapDemand map_demand(const ebpf::Program& program, const std::vector<uint32_t>& map_ids);

}  // namespace offload
