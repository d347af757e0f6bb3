// The firmware's microcode: sources as text, put together and assembled for one control store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fpc/insn.h"

namespace firmware {

struct MicrocodeSource {
  std::string_view name;  // file in fpc/firmware/microcode
  std::string_view text;
};

// Sources of these helpers' routines and of what they share, in order; helpers without a routine need none.
std::vector<MicrocodeSource> routine_sources(std::span<const unsigned> helpers);

// Constants of the sources: the ABI, maps.def, errors.
std::map<std::string, int64_t> microcode_symbols();

// Label of a helper's routine; empty for a helper that has none.
std::string_view helper_label(unsigned helper);

struct Microcode {
  std::vector<fpc::Word> words;  // without ECC
  unsigned dispatch_words = 0;   // of them, from the front: what every control store holds
  std::map<std::string, uint16_t> labels;
};

// `origin`: where the words will lie. The sources have a label dispatch_end.
base::Result<Microcode> assemble_sources(std::span<const MicrocodeSource> sources,
                                         const std::map<std::string, int64_t>& symbols,
                                         unsigned origin);

// The workers' firmware. `program`: where dispatch jumps to for every packet.
base::Result<Microcode> assemble_microcode(std::span<const unsigned> helpers, unsigned origin,
                                           unsigned program);

}  // namespace firmware
