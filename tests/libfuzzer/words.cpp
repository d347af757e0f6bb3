// Words: decode and encode, disassemble and assemble give the word back.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {

void words(Input input) {
  for (; input.size() >= sizeof(fpc::Word); input = input.subspan(sizeof(fpc::Word))) {
    fpc::Word word = 0;
    std::memcpy(&word, input.data(), sizeof word);
    const std::string text = fpc::disassemble(word);
    const auto insn = fpc::decode(word);
    require(text.starts_with("<illegal") != insn.has_value(), "decoder and text disagree");
    if (!insn) continue;
    const fpc::Word bits = word & ((fpc::Word{1} << fpc::kInsnBits) - 1);
    const auto encoded = fpc::encode(*insn);
    require(encoded && *encoded == bits, text + " encodes to another word");
    const auto assembled = fpc::assemble(text);
    require(assembled && assembled->words.size() == 1, text + " does not assemble");
    require(fpc::disassemble(assembled->words[0]) == text, text + " assembles to another word");
  }
}

}  // namespace fuzz
