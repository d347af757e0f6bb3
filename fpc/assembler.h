// Text to words and back, in the syntax of objdump's NFP disassembler.
// SPDX-License-Identifier: Apache-2.0
//
//   disassemble(0xb441605a20)  ->  "alu[gprB_22, gprB_22, AND, *l$index1]"
//   assemble("loop: alu[gprA_0, gprA_0, -, 0x1]\n bne[loop]\n")
//
// The assembler accepts everything that disassemble() prints, plus labels (`name:`, used as `br[name]` and as the constant
// of `immed[dst, name]`), `.equ NAME EXPR`, `.org ADDRESS`, `.reg NAME REGISTER` and `;` or `//` comments.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fpc/insn.h"

namespace fpc {

// "<illegal 0x...>" for a word that does not decode. Branch targets print as absolute word addresses: br[.8].
std::string disassemble(Word word);

struct Assembly {
  std::vector<Word> words;  // without ECC; words[0] stands at `origin`; gaps of .org are nops
  uint16_t origin = 0;
  std::map<std::string, uint16_t> labels;  // absolute addresses
  std::vector<unsigned> lines;             // source line of each word, 0 for gaps
};

// `symbols` are constants that the text may use as operands and in expressions (+ - * << | and parentheses).
// Error: "file:line: ..." with what was found and what is allowed.
base::Result<Assembly> assemble(std::string_view text, std::string_view file_name = "<text>",
                                const std::map<std::string, int64_t>& symbols = {},
                                uint16_t origin = 0);

}  // namespace fpc
