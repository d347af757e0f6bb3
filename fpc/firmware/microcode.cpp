// Puts microcode sources together and assembles them.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/microcode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "fpc/assembler.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/map_layout.h"
#include "fpc/firmware/map_table.h"
#include "fpc/firmware/microcode_text.h"

namespace firmware {
namespace {

constexpr int64_t kFlagExist = 2;  // BPF_EXIST, the largest flag of an update

struct Routine {
  unsigned helper;
  std::string_view label;  // of its first word
  std::string_view file;
  std::string_view text;
  enum Needs : unsigned { kNothing = 0, kMapCommon = 1, kMapChange = 2 } needs;  // other sources
};

std::array<Routine, 4> routines() {
  using enum Routine::Needs;
  constexpr auto kBoth = static_cast<Routine::Needs>(kMapCommon | kMapChange);
  return {
      {{kHelperMapLookup, "map_lookup", "map_lookup.uc", microcode_text::map_lookup, kMapCommon},
       {kHelperMapUpdate, "map_update", "map_update.uc", microcode_text::map_update, kBoth},
       {kHelperMapDelete, "map_delete", "map_delete.uc", microcode_text::map_delete, kBoth},
       {kHelperPerfEvent, "perf_event", "perf_event.uc", microcode_text::perf_event, kNothing}}};
}

constexpr int64_t page(uint64_t address) { return static_cast<int64_t>(address >> 8); }

int64_t negative(int error) { return static_cast<uint32_t>(-error); }

void add_halves(std::map<std::string, int64_t>& symbols, const std::string& name, int64_t value) {
  symbols[name + "_low"] = value & 0xffff;
  symbols[name + "_high"] = value >> 16;
}

// Names for the descriptor's constant words in local memory.
std::string descriptor_registers() {
  std::string text;
#define FIRMWARE_DESCRIPTOR(name, word) \
  text += fmt::format(".reg desc_{} *l$index2[{}]\n", #name, word);
#include "fpc/firmware/maps.def"
#undef FIRMWARE_DESCRIPTOR
  return text;
}

size_t lines_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

// "microcode:184" of the whole text as a line of its source.
base::Error located(base::Error error, std::span<const MicrocodeSource> sources) {
  const std::string_view where = error.where;
  size_t line = 0;
  std::from_chars(where.data() + where.rfind(':') + 1, where.data() + where.size(), line);
  line -= std::min(line, lines_of(descriptor_registers()));
  for (const MicrocodeSource& source : sources) {
    const size_t lines = lines_of(source.text);
    if (line <= lines) {
      error.where = fmt::format("{}:{}", source.name, line);
      break;
    }
    line -= lines;
  }
  return error;
}

}  // namespace

std::vector<MicrocodeSource> routine_sources(std::span<const unsigned> helpers) {
  std::vector<MicrocodeSource> sources;
  const auto wanted = [&](const Routine& routine) {
    return std::ranges::find(helpers, routine.helper) != helpers.end();
  };
  const auto all = routines();
  unsigned needs = Routine::kNothing;
  for (const Routine& routine : all) {
    if (wanted(routine)) needs |= routine.needs;
  }
  if (needs & Routine::kMapCommon) {
    sources.push_back({"map_common.uc", microcode_text::map_common});
  }
  if (needs & Routine::kMapChange) {
    sources.push_back({"map_change.uc", microcode_text::map_change});
  }
  for (const Routine& routine : all) {
    if (wanted(routine)) sources.push_back({routine.file, routine.text});
  }
  return sources;
}

std::map<std::string, int64_t> microcode_symbols() {
  std::map<std::string, int64_t> symbols = abi_symbols();
#define FIRMWARE_COUNTER(name, word) symbols["desc_word_" #name] = word;
#define FIRMWARE_MAP_VALUE(name, value) symbols["map_" #name] = value;
#include "fpc/firmware/maps.def"
#undef FIRMWARE_COUNTER
#undef FIRMWARE_MAP_VALUE
  symbols["map_type_hash"] = kMapTypeHash;
  symbols["map_type_array"] = kMapTypeArray;
  symbols["map_table_page"] = page(kMapTable);
  symbols["io_retire_page"] = page(kIoRetire);
  add_halves(symbols, "io_sequence_page", page(kIoSequence));
  add_halves(symbols, "map_hash_multiplier", layout::hash_multiplier);
  symbols["descriptor_ref"] = layout::length_override | (desc::credits - 1) << 8;
  symbols["flag_exist"] = kFlagExist;
  symbols["error_fault"] = negative(EFAULT);
  symbols["error_invalid"] = negative(EINVAL);
  symbols["error_no_entry"] = negative(ENOENT);
  symbols["error_exists"] = negative(EEXIST);
  symbols["error_too_big"] = negative(E2BIG);
  symbols["error_no_memory"] = negative(ENOMEM);
  symbols["error_bad_table"] = negative(EBADFD);
  return symbols;
}

std::string_view helper_label(unsigned helper) {
  for (const Routine& routine : routines()) {
    if (routine.helper == helper) return routine.label;
  }
  return {};
}

base::Result<Microcode> assemble_sources(std::span<const MicrocodeSource> sources,
                                         const std::map<std::string, int64_t>& symbols,
                                         unsigned origin) {
  std::string text = descriptor_registers();
  for (const MicrocodeSource& source : sources) text += source.text;
  base::Result<fpc::Assembly> assembly =
      fpc::assemble(text, "microcode", symbols, static_cast<uint16_t>(origin));
  if (!assembly) return located(assembly.error(), sources);
  Microcode microcode;
  microcode.dispatch_words = assembly->labels.at("dispatch_end") - origin;
  microcode.words = std::move(assembly->words);
  microcode.labels = std::move(assembly->labels);
  return microcode;
}

base::Result<Microcode> assemble_microcode(std::span<const unsigned> helpers, unsigned origin,
                                           unsigned program) {
  std::vector<MicrocodeSource> sources = {{"registers.uc", microcode_text::registers},
                                          {"dispatch.uc", microcode_text::dispatch},
                                          {"context.uc", microcode_text::context}};
  for (const MicrocodeSource& source : routine_sources(helpers)) sources.push_back(source);
  std::map<std::string, int64_t> symbols = microcode_symbols();
  symbols["program"] = program;
  return assemble_sources(sources, symbols, origin);
}

}  // namespace firmware
