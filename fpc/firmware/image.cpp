// Images as versioned JSON: the writer, and what an image says about itself.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "fpc/firmware/word_use.h"

namespace firmware {
namespace {

using Json = nlohmann::ordered_json;

Json map_to_json(const ImageMap& map) {
  Json uses = Json::array();
  for (const WordUse use : map.word_use) uses.push_back(to_string(use));
  Json json = {{"name", map.name},
               {"type", map.type},
               {"key_bytes", map.key_bytes},
               {"value_bytes", map.value_bytes},
               {"max_entries", map.max_entries},
               {"word_use", std::move(uses)},
               {"key_btf", map.key_btf},
               {"value_btf", map.value_btf}};
  if (map.is_constant) json["constant"] = true;
  if (!map.initial.empty()) json["initial"] = fmt::format("{:02x}", fmt::join(map.initial, ""));
  return json;
}

Json line_to_json(const SourceLine& line) {
  return {{"word", line.word}, {"insn", line.insn}, {"file", line.file}, {"line", line.line}};
}

}  // namespace

std::vector<unsigned> Image::helpers() const {
  std::set<unsigned> ids;
  for (const fpc::Word word : words) {
    if (static_cast<Relocation>(word >> kRelocationShift) != Relocation::kHelper) continue;
    const base::Result<fpc::Insn> insn = fpc::decode(word);
    if (insn && insn->target >= kRelocatedAddress) ids.insert(insn->target - kRelocatedAddress);
  }
  return {ids.begin(), ids.end()};
}

std::vector<unsigned> Image::data_tables() const {
  std::set<unsigned> ids;
  for (const fpc::Word word : words) {
    if (static_cast<Relocation>(word >> kRelocationShift) != Relocation::kTablePageLow) continue;
    if (const base::Result<fpc::Insn> insn = fpc::decode(word)) ids.insert(insn->immediate);
  }
  return {ids.begin(), ids.end()};
}

std::string to_json(const Image& image) {
  Json words = Json::array();
  for (const fpc::Word word : image.words) words.push_back(fmt::format("{:016x}", word));
  Json maps = Json::array();
  std::ranges::transform(image.maps, std::back_inserter(maps), map_to_json);
  Json lines = Json::array();
  std::ranges::transform(image.lines, std::back_inserter(lines), line_to_json);
  const Json json = {{"schema", kImageSchema},
                     {"program", image.program},
                     {"program_type", image.program_type},
                     {"profile", image.profile},
                     {"codegen", image.codegen},
                     {"target_out", image.target_out},
                     {"target_abort", image.target_abort},
                     {"target_push", image.target_push},
                     {"target_pop", image.target_pop},
                     {"stack_bytes", image.stack_bytes},
                     {"max_packet_offset", image.max_packet_offset},
                     {"maps", std::move(maps)},
                     {"warnings", image.warnings},
                     {"words", std::move(words)},
                     {"lines", std::move(lines)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace firmware
