// Which program type an ELF section of an object names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

// Error: the section's name and those that are allowed.
base::Result<ProgType> program_type_of(std::string_view section);

std::string allowed_sections();  // "xdp, xdp.frags, tc, ..."

}  // namespace ebpf
