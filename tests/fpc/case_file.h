// Case files: microcode, the state it starts from and what must hold afterwards.
// SPDX-License-Identifier: Apache-2.0
//
//   # Adds with carry out.
//   -- code                      assembler text; or `-- words` with hex words, ECC included
//   alu[gprA_0, gprA_1, +, gprB_2]
//   -- before
//   a1 = 5                       a, b, xin, xout, lm (word index), lmaddr: number behind the name
//   b2 = 0xffffffff              mem 0x100 = 01 02 03: bytes in memory
//   -- after
//   a0 = 4
//   flags = c                    the set ones of n z c v, or `none`
//   cycles = 1                   also: instructions, fault = KIND @ ADDRESS
//
// `slots = 0 2` under `before` starts several contexts; `2:a0 = 4` speaks of one of them. A context
// ends by running past the last word. Memory commands complete at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fpc/core.h"
#include "fpc/memory.h"

namespace fpc::test {

struct Place {
  std::string kind;  // a, b, xin, xout, lm, lmaddr, mem
  unsigned slot = 0;
  uint64_t number = 0;
};

struct Setting {
  Place place;
  std::vector<uint32_t> values;  // one word, or the bytes of mem
  unsigned line = 0;
};

struct Case {
  std::vector<Word> words;  // with ECC
  uint8_t slot_mask = 1;
  std::vector<Setting> before, after;
  std::optional<std::string> flags;
  std::optional<uint64_t> cycles, instructions;
  std::string fault;  // "illegal word @ 3"; empty: none
};

base::Result<Case> parse_case(std::string_view text, const std::string& file_name);

// nullptr for a name that no engine has.
std::unique_ptr<Core> make_engine(std::string_view name);

// What happened, as far as a case can ask.
struct Outcome {
  uint64_t cycles = 0, instructions = 0;
  std::string fault;
};
Outcome execute(const Case& test, Core& core, ByteStore& memory);

// One line per expectation that does not hold.
std::vector<std::string> check(const Case& test, const Outcome& outcome, Core& core,
                               const ByteStore& memory);

}  // namespace fpc::test
