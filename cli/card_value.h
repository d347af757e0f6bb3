// Keys and values of maps as people write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace cli {

// "7" and "0x7" are numbers of `size` bytes (at most 8) in the host's order, "1,0,0x2,0" are bytes. Error: what was found and
// what is allowed.
base::Result<std::vector<uint8_t>> parse_map_bytes(const std::string& text, size_t size);
// "0a 00 00 01", as bpftool prints.
std::string print_map_bytes(std::span<const uint8_t> bytes);

}  // namespace cli
