// A compiled program laid open: each source line, the eBPF instructions under it, and the words that each of them became.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Compilation> compiled = compile_in_full(program, target);
//   Annotation listing = annotate(*compiled);
//
// Which word belongs to which instruction is what the code generator noted when it emitted the word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fpc/word_cost.h"
#include "offload-compiler/compiler.h"

namespace offload {

// Cycles are those of the words one after the other: no branch taken unless it always is, no wait for memory.
struct Total {
  unsigned words = 0, cycles = 0;
  unsigned packet_commands = 0, map_commands = 0;

  Total& operator+=(const Total& other);
};

struct AnnotatedWord {
  uint32_t address = 0;  // of the image; in routines, of the control store
  fpc::Word word = 0;
  std::string text;
  fpc::WordCost cost;
  Memory memory = Memory::kNone;  // where a command goes, as far as the program knows
  std::string leads_to;  // of branches and code addresses: "insn 12", "map_lookup"; or empty
};

struct AnnotatedInsn {
  uint32_t insn = 0;
  std::string text;
  const PassSpec* removed_by = nullptr;
  std::string note;  // why it was removed, or what a pass made of it; may be empty
  std::vector<AnnotatedWord> words;
  Total total;
};

// Neighbouring instructions of one line; a line that the compiler tore apart comes several times.
struct AnnotatedLine {
  const ebpf::LineInfo* line = nullptr;  // nullptr: no line information
  std::vector<AnnotatedInsn> insns;
  Total total;
};

struct AnnotatedFunction {
  std::string name;  // "subprogram at insn 12" when nobody named it
  uint32_t insn = 0, stack_bytes = 0;
  std::vector<AnnotatedLine> lines;
  Total total;
};

// Words that no instruction asks for: entry, exits, shared subroutines; and routines of the firmware.
struct AnnotatedPart {
  std::string name;     // stable
  std::string meaning;  // in a few words
  std::vector<AnnotatedWord> words;
  Total total;
};

struct Annotation {
  std::vector<AnnotatedPart> entry, exits;  // around the functions
  std::vector<AnnotatedFunction> functions;
  std::vector<AnnotatedPart> routines;  // of the firmware, that the program calls
  Total program;                        // the image: all but routines
  Total called;                         // routines
};

// Lines point into `compiled`.
Annotation annotate(const Compilation& compiled);

// The words of the image, with costs and targets; parallel to Compilation::origins.
std::vector<AnnotatedWord> annotate_words(const Compilation& compiled);
// The firmware's routines as a control store of the default layout has them.
std::vector<AnnotatedPart> annotate_routines(const firmware::Image& image);

Total total_of(const AnnotatedWord& word);
// "intro", "out"
const char* name_of(Part part);

}  // namespace offload
