// Assembler text: what assembles disassembles to text that assembles to the same words.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/assembler.h"

#include "tests/libfuzzer/targets.h"

namespace fuzz {

void assembler(Input input) {
  const auto assembled = fpc::assemble(text_of(input));
  if (!assembled) {
    require(!assembled.error().message.empty(), "an error without a message");
    return;
  }
  require(assembled->words.size() == assembled->lines.size(), "a word without a line");
  std::string text;
  for (size_t i = 0; i < assembled->words.size(); ++i) {
    if (assembled->lines[i] != 0) text += fpc::disassemble(assembled->words[i]) + "\n";
  }
  const auto again = fpc::assemble(text);
  require(again.has_value(), "disassembled text does not assemble");
  size_t next = 0;
  for (size_t i = 0; i < assembled->words.size(); ++i) {
    if (assembled->lines[i] == 0) continue;
    require(again->words.at(next++) == assembled->words[i], "the text of a word is another word's");
  }
}

}  // namespace fuzz
