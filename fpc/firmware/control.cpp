// The control FPC's firmware: constants of its sources, assembled for one size of entries.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/control.h"

#include <array>
#include <cerrno>

#include "fpc/firmware/map_layout.h"
#include "fpc/firmware/microcode_text.h"

namespace firmware::control {
namespace {

constexpr unsigned kRoutines[] = {kHelperMapLookup, kHelperMapUpdate, kHelperMapDelete};
constexpr unsigned kValueAt = 64;     // in the stack; the key lies at its bottom
constexpr unsigned kBlockWords = 16;  // of buckets

int64_t length_ref(unsigned words) { return layout::length_override | (words - 1) << 8; }

void add_types(std::map<std::string, int64_t>& symbols) {
  symbols["control_map_get_first"] = static_cast<int64_t>(Type::kMapGetFirst);
  symbols["control_version"] = kVersion;
  symbols["control_header_bytes"] = kHeaderBytes;
  symbols["control_alloc_bytes"] = kAllocBytes;
  symbols["control_free_bytes"] = kFreeBytes;
  symbols["control_table_reply_bytes"] = kTableReplyBytes;
  symbols["control_entries_at"] = kEntriesAt;
}

void add_statuses(std::map<std::string, int64_t>& symbols) {
  constexpr std::pair<const char*, Status> kStatuses[] = {{"ok", Status::kOk},
                                                          {"bad_table", Status::kBadTable},
                                                          {"no_entry", Status::kNoEntry},
                                                          {"invalid", Status::kInvalid},
                                                          {"parse", Status::kParse},
                                                          {"exists", Status::kExists},
                                                          {"no_memory", Status::kNoMemory},
                                                          {"too_big", Status::kTooBig}};
  for (const auto& [name, status] : kStatuses) {
    symbols[std::string("control_") + name] = static_cast<int64_t>(status);
  }
  symbols["errno_no_entry"] = ENOENT;
  symbols["errno_too_big"] = E2BIG;
  symbols["errno_no_memory"] = ENOMEM;
  symbols["errno_exists"] = EEXIST;
  symbols["errno_bad_table"] = EBADFD;
}

void add_slots(std::map<std::string, int64_t>& symbols, const Slots& slots) {
  symbols["control_key_slot"] = slots.key_bytes;
  symbols["control_entry_bytes"] = slots.entry_bytes();
  symbols["control_request_bytes"] = slots.request_bytes();
  symbols["control_most_entries"] = slots.most_entries();
  symbols["control_value_at"] = kValueAt;
  symbols["control_words_ref"] = length_ref(layout::max_key_words);
  symbols["control_block_ref"] = length_ref(kBlockWords);
  symbols["control_entry_header_ref"] = layout::entry_header_words << 8;
}

}  // namespace

Slots slots_of(const Capability& capability) {
  constexpr unsigned kAbi2SlotBytes = 64;
  if (capability.abi < 3) return {kAbi2SlotBytes, kAbi2SlotBytes};
  return {capability.maps.max_key_bytes, capability.maps.max_value_bytes};
}

base::Result<Microcode> assemble_firmware(const Slots& slots) {
  std::vector<MicrocodeSource> sources = {{"registers.uc", microcode_text::registers},
                                          {"control.uc", microcode_text::control},
                                          {"context.uc", microcode_text::context},
                                          {"control_walk.uc", microcode_text::control_walk}};
  for (const MicrocodeSource& source : routine_sources(kRoutines)) sources.push_back(source);
  std::map<std::string, int64_t> symbols = microcode_symbols();
  add_types(symbols);
  add_statuses(symbols);
  add_slots(symbols, slots);
  return assemble_sources(sources, symbols, 0);
}

}  // namespace firmware::control
