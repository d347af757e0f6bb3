// Text of messages about one instruction.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/location.h"

#include <fmt/format.h>

#include "offload-compiler/ebpf/verifier/log.h"

namespace offload {

std::string located(const ebpf::Program& program, uint32_t insn, const std::string& text) {
  const ebpf::LineInfo* line = ebpf::source_line(program, insn);
  if (line == nullptr) return fmt::format("insn {}: {}", insn, text);
  return fmt::format("insn {}: {} ({}:{}: {})", insn, text, line->file, line->line,
                     ebpf::trimmed(line->text));
}

base::Error to_error(const ebpf::Program& program, const Diagnostic& diagnostic) {
  return {diagnostic.code,
          diagnostic.insn ? offload::located(program, *diagnostic.insn, diagnostic.message)
                          : diagnostic.message,
          {}};
}

}  // namespace offload
