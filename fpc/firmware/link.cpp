// Places firmware, trampolines and program in one control store.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/link.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "fpc/ecc.h"
#include "fpc/firmware/map_table.h"
#include "fpc/isa.h"

namespace firmware {
namespace {

// Cycles that the resident words execute per packet, waits for commands not counted; the test of dispatch measures them.
constexpr unsigned kDispatchCycles = 19;

struct Piece {
  std::string name;
  unsigned origin;
  std::vector<fpc::Word> words;  // with ECC

  unsigned end() const { return origin + static_cast<unsigned>(words.size()); }
  std::string text() const {
    return fmt::format("{} of {} words at {}", name, words.size(), origin);
  }
};

fpc::Word branch_to(unsigned address) {
  fpc::Insn insn;
  insn.op = fpc::Op::kBr;
  insn.state = 2;  // what the driver's branches carry
  insn.target = static_cast<uint16_t>(address);
  return fpc::with_ecc(fpc::encode(insn).value());
}

constexpr fpc::Word kNop = fpc::with_ecc(0xf0000c0300);

std::vector<fpc::Word> add_ecc(std::vector<fpc::Word> words) {
  for (fpc::Word& word : words) word = fpc::with_ecc(word);
  return words;
}

// The driver's words for a helper that the firmware lacks.
base::Error unsupported_helper(unsigned helper) {
  return base::unsupported(fmt::format("unsupported function id: {}", helper));
}

base::Result<void> check_places(std::vector<Piece>& pieces) {
  std::ranges::sort(pieces, {}, &Piece::origin);
  const Piece* before = nullptr;
  for (const Piece& piece : pieces) {
    if (piece.end() > kStoreWords) {
      return base::out_of_range(fmt::format("{} ends at {}, the control store has {} words",
                                            piece.text(), piece.end(), kStoreWords));
    }
    if (before && before->end() > piece.origin) {
      return base::out_of_range(fmt::format("{} runs into {}", before->text(), piece.text()));
    }
    before = &piece;
  }
  return {};
}

std::vector<fpc::Word> join(const std::vector<Piece>& pieces) {
  std::vector<fpc::Word> words(pieces.back().end(), kNop);
  for (const Piece& piece : pieces) {
    std::ranges::copy(piece.words, words.begin() + piece.origin);
  }
  return words;
}

// Firmware with these helpers, trampolines where the layout asks for them, and the program's words.
base::Result<LinkedStore> place(const Microcode& firmware, const Layout& layout,
                                std::vector<fpc::Word> program) {
  LinkedStore store;
  store.entry = firmware.labels.at("context_start");
  store.program_start = layout.start;
  store.program_words = static_cast<unsigned>(program.size());
  store.resident_words = firmware.dispatch_words;
  store.routine_words = static_cast<unsigned>(firmware.words.size()) - firmware.dispatch_words;
  store.dispatch_cycles = kDispatchCycles;

  std::vector<Piece> pieces;
  pieces.push_back({fmt::format("firmware (dispatch {}, routines {})", store.resident_words,
                                store.routine_words),
                    layout.resident, add_ecc(firmware.words)});
  pieces.push_back({"program", layout.start, std::move(program)});
  const unsigned packet_done = firmware.labels.at("packet_done");
  if (layout.done != packet_done) {
    pieces.push_back({"the exit's trampoline", layout.done, {branch_to(packet_done)}});
  }
  for (const auto& [helper, address] : layout.helpers) {
    const unsigned routine = firmware.labels.at(std::string(helper_label(helper)));
    pieces.push_back(
        {fmt::format("the trampoline of helper {}", helper), address, {branch_to(routine)}});
  }
  if (const base::Result<void> checked = check_places(pieces); !checked) return checked.error();
  store.words = join(pieces);
  return store;
}

base::Result<TablePages> place_tables(const Image& image) {
  TablePages pages;
  if (image.data_tables().empty()) return pages;
  fpc::ByteStore memory;
  MapTable tables(memory);
  for (const ImageMap& map : image.maps) {
    const base::Result<unsigned> id =
        tables.create({map.type, map.key_bytes, map.value_bytes, map.max_entries});
    if (!id) return id.error();
    if (const std::optional<uint32_t> page = tables.page(*id)) pages[*id] = *page;
  }
  return pages;
}

bool branches_to(const std::vector<fpc::Word>& words, unsigned address) {
  return std::ranges::any_of(words, [&](fpc::Word word) {
    const base::Result<fpc::Insn> insn = fpc::decode(word);
    return insn && fpc::spec(insn->op).has(fpc::flag::kBranch) && insn->target == address;
  });
}

base::Result<void> check_layout(const Layout& layout) {
  if (layout.start >= kStoreWords || layout.done >= kStoreWords || layout.resident >= kStoreWords) {
    return base::out_of_range(
        fmt::format("start {}, done {} and firmware at {}, allowed are 0 to {}", layout.start,
                    layout.done, layout.resident, kStoreWords - 1));
  }
  return {};
}

}  // namespace

base::Result<LinkedStore> link(const Image& image, const Layout& layout) {
  if (const base::Result<void> checked = check_layout(layout); !checked) return checked.error();
  const std::vector<unsigned> helpers = image.helpers();
  for (const unsigned helper : helpers) {
    if (helper_label(helper).empty()) return unsupported_helper(helper);
  }
  const base::Result<Microcode> firmware =
      assemble_microcode(helpers, layout.resident, layout.start);
  if (!firmware) return firmware.error();
  return link_around(*firmware, image, layout);
}

base::Result<LinkedStore> link_around(const Microcode& firmware, const Image& image,
                                      const Layout& layout) {
  std::map<unsigned, unsigned> addresses;
  for (const unsigned helper : image.helpers()) {
    const auto label = firmware.labels.find(std::string(helper_label(helper)));
    if (label == firmware.labels.end()) return unsupported_helper(helper);
    const auto trampoline = layout.helpers.find(helper);
    addresses[helper] = trampoline != layout.helpers.end() ? trampoline->second : label->second;
  }
  Layout used = layout;
  std::erase_if(used.helpers, [&](const auto& item) { return !addresses.contains(item.first); });
  const base::Result<TablePages> tables = place_tables(image);
  if (!tables) return tables.error();
  base::Result<std::vector<fpc::Word>> program =
      relocate(image, layout.start, layout.done, addresses, *tables);
  if (!program) return program.error();
  return place(firmware, used, std::move(*program));
}

base::Result<LinkedStore> link_relocated(const std::vector<fpc::Word>& words,
                                         const Layout& layout) {
  if (const base::Result<void> checked = check_layout(layout); !checked) return checked.error();
  Layout used = layout;
  std::erase_if(used.helpers, [&](const auto& item) { return !branches_to(words, item.second); });
  std::vector<unsigned> helpers;
  for (const auto& [helper, address] : used.helpers) {
    if (helper_label(helper).empty()) return unsupported_helper(helper);
    helpers.push_back(helper);
  }
  const base::Result<Microcode> firmware =
      assemble_microcode(helpers, layout.resident, layout.start);
  if (!firmware) return firmware.error();
  return place(*firmware, used, words);
}

base::Result<ResidentFirmware> resident_firmware(const Capability& capability) {
  std::vector<unsigned> helpers;
  if (capability.map_lookup) helpers.push_back(kHelperMapLookup);
  if (capability.map_update) helpers.push_back(kHelperMapUpdate);
  if (capability.map_delete) helpers.push_back(kHelperMapDelete);
  if (capability.perf_event) helpers.push_back(kHelperPerfEvent);
  base::Result<Microcode> microcode = assemble_microcode(helpers, 0, capability.start);
  if (!microcode) return microcode.error();
  ResidentFirmware firmware{std::move(*microcode), {}};
  for (const unsigned helper : helpers) {
    firmware.helpers[helper] = firmware.microcode.labels.at(std::string(helper_label(helper)));
  }
  return firmware;
}

base::Result<LinkedStore> link_resident(const ResidentFirmware& firmware, unsigned start,
                                        std::vector<fpc::Word> words) {
  Layout layout;
  layout.start = start;
  return place(firmware.microcode, layout, std::move(words));
}

std::vector<fpc::Word> pass_through(const Capability& capability) {
  fpc::Insn verdict;
  verdict.op = fpc::Op::kImmed;
  verdict.dst = fpc::gpr_a(kResultReg);
  verdict.immediate = kVerdictPass >> 16;
  verdict.imm_shift = 2;
  const fpc::Word word = fpc::with_ecc(fpc::encode(verdict).value());
  std::vector<fpc::Word> words = {word, branch_to(capability.done)};
  words.insert(words.end(), kPrefetchPad, kNop);
  return words;
}

}  // namespace firmware
