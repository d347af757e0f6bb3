// Names of BTF types as C spells them, for reports about maps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

struct btf;

namespace ebpf {

// "__u32", "struct flow", "struct (anonymous)", "__u8[16]"; empty when there is no such type.
std::string btf_type_name(const btf* types, uint32_t id);

}  // namespace ebpf
