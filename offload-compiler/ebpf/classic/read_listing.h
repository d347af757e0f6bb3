// Reads one line of a listing (tcpdump -d).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace classic {

// "(003) jeq      #0x6             jt 4\tjf 8" as instruction `index`, which the number in the line must equal.
base::Result<Insn> read_listing_line(std::string_view line, size_t index);

// A whole text as a number of 32 bits, "12", "-4048", "0xc"; negative ones in two's complement.
std::optional<uint32_t> parse_number(std::string_view text);

}  // namespace classic
