// The generated tables of docs/offload.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace offload {

// Instructions, refusals, limits of each profile and known defects, out of bpf.def, rules.def, the profiles and defects.def.
std::string offload_markdown();

}  // namespace offload
