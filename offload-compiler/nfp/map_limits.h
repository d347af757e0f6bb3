// What the card's driver checks when the maps of a program are created (nfp-fw-abi 10).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

// Table ids of the maps that the program refers to, from 1 in the object's order; 0 for the others, which are never created.
// Parallel to Program::maps. The program need not be verified: references out of range are left alone.
std::vector<uint32_t> number_used_maps(const ebpf::Program& program);

// Error names the map, in the driver's words.
base::Result<void> check_map_limits(const ebpf::Program& program,
                                    const std::vector<uint32_t>& map_ids,
                                    const firmware::MapLimits& limits);

}  // namespace offload
