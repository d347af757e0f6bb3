// The three text forms of a classic program: tcpdump's -d, -dd and -ddd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace classic {

enum class Form {
  kListing,  // -d:   (000) ldh      [12]
  kArray,    // -dd:  { 0x28, 0, 0, 0x0000000c },
  kDecimal,  // -ddd: a line with their count, then 40 0 0 12
};

// Reads any of the forms; which one, the first character says. Empty lines are passed over. Errors carry the line as
// `where:LINE`, say what was found and what is allowed, and come before check() has seen the program.
base::Result<Program> read_text(std::string_view text, const std::string& where);

std::string write_text(const Program& program, Form form);

// One line of a listing, without a line end.
std::string listing_line(const Program& program, size_t index);

}  // namespace classic
