// Messages about one instruction: its number and, when the program has debug lines, its source line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"

namespace offload {

// "insn 17: TEXT (file.c:12: source text)"
std::string located(const ebpf::Program& program, uint32_t insn, const std::string& text);

// The diagnostic as an error: located when it is one of an instruction.
base::Error to_error(const ebpf::Program& program, const Diagnostic& diagnostic);

}  // namespace offload
