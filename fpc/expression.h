// Constant expressions of the assembler: numbers, names, + - * << >> & | ~ and parentheses.
// SPDX-License-Identifier: Apache-2.0
//
// Precedence from tight to loose: unary - ~, *, + -, << >>, &, |. Arithmetic is modulo 2^64.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "fpc/assembler_names.h"

namespace fpc {

// Error: what stands where something else was expected, or the name that is unknown.
base::Result<int64_t> evaluate(std::string_view text, const AssemblerNames& names);

}  // namespace fpc
