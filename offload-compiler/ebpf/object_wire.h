// A loaded object, or why there is none, as bytes between the loading child and its parent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/object.h"

namespace ebpf {

std::vector<uint8_t> object_to_wire(const base::Result<Object>& object);

// nullopt: not what object_to_wire() writes. Lengths, enumerators and map indices are all checked:
// the child may have been overwritten by the object that it read.
std::optional<base::Result<Object>> object_from_wire(const std::vector<uint8_t>& wire);

}  // namespace ebpf
