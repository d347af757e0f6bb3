// The tables of docs/offload.md, each from the one table that the compiler itself uses.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/offload_listing.h"

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/defect.h"
#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using ebpf::InsnSpec;
using ebpf::NfpOffload;
using firmware::Capability;

// Texts may hold the character that ends a cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

// Of a pattern, what is filled in becomes an ellipsis.
std::string without_arguments(std::string_view pattern) {
  std::string text;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '{') {
      text += pattern[at];
      continue;
    }
    text += "…";
    at = pattern.find('}', at);
  }
  return text;
}

std::string instructions(ebpf::Group group) {
  std::string list;
  for (const InsnSpec& spec : ebpf::kInsnSpecs) {
    if (spec.group != group || spec.nfp != NfpOffload::kNative) continue;
    list += fmt::format("{}`{}`", list.empty() ? "" : ", ", spec.text);
  }
  return list;
}

std::string offloaded() {
  std::string table =
      "### Instructions that are offloaded\n\n| group | instructions |\n|---|---|\n";
  for (unsigned group = 0; group <= static_cast<unsigned>(ebpf::Group::kPacket); ++group) {
    const std::string list = instructions(static_cast<ebpf::Group>(group));
    if (!list.empty())
      table += fmt::format("| {} | {} |\n", ebpf::to_string(static_cast<ebpf::Group>(group)),
                           cell(list));
  }
  return table;
}

// An instruction of the row, for the message.
ebpf::Insn example_of(const InsnSpec& spec) {
  return {spec.opcode, static_cast<uint8_t>(spec.dst.literal),
          static_cast<uint8_t>(spec.src.literal), static_cast<int16_t>(spec.off.literal),
          spec.imm.literal};
}

std::string not_offloaded() {
  std::string table =
      "### Instructions that are not\n\n| instruction | opcode | reason |\n|---|---|---|\n";
  for (const InsnSpec& spec : ebpf::kInsnSpecs) {
    if (spec.nfp == NfpOffload::kNative) continue;
    table += fmt::format("| `{}` | 0x{:02x} | {} |\n", cell(spec.text), spec.opcode,
                         cell(ebpf::nfp_refusal(spec, example_of(spec))));
  }
  return table;
}

std::string refusals() {
  std::string table = "### Refusals\n\n| rule | words | errno | what to do |\n|---|---|---|---|\n";
  for (const RuleSpec& rule : kRuleSpecs)
    table += fmt::format("| `{}` | {} | {} | {} |\n", rule.name, cell(without_arguments(rule.text)),
                         rule.error_name, cell(rule.hint));
  return table;
}

const char* yes_or_no(bool offered) { return offered ? "yes" : "no"; }

struct Limit {
  const char* name;
  std::function<std::string(const Capability&)> value;
};

std::vector<Limit> limits() {
  const auto number = [](auto member) {
    return [=](const Capability& c) { return fmt::format("{}", c.*member); };
  };
  const auto offered = [](bool Capability::*member) {
    return [=](const Capability& c) { return std::string(yes_or_no(c.*member)); };
  };
  const auto of_maps = [](uint32_t firmware::MapLimits::*member) {
    return [=](const Capability& c) { return fmt::format("{}", c.maps.*member); };
  };
  return {
      {"words, 8 of padding included", number(&Capability::max_words)},
      {"bytes of stack along a call chain, frames rounded up to 64",
       number(&Capability::stack_bytes)},
      {"bytes of a packet that are in reach", number(&Capability::inline_mtu)},
      {"maps", of_maps(&firmware::MapLimits::max_maps)},
      {"elements of all maps", of_maps(&firmware::MapLimits::max_elems)},
      {"bytes of a key", of_maps(&firmware::MapLimits::max_key_bytes)},
      {"bytes of a value", of_maps(&firmware::MapLimits::max_value_bytes)},
      {"bytes of key and value, each rounded up to 8",
       of_maps(&firmware::MapLimits::max_elem_bytes)},
      {"map_lookup_elem", offered(&Capability::map_lookup)},
      {"map_update_elem", offered(&Capability::map_update)},
      {"map_delete_elem", offered(&Capability::map_delete)},
      {"perf_event_output", offered(&Capability::perf_event)},
      {"get_prandom_u32", offered(&Capability::random)},
      {"xdp_adjust_tail", offered(&Capability::adjust_tail)},
      {"choice of the receive queue", offered(&Capability::queue_select)},
      {"xdp_adjust_head, packet offset",
       [](const Capability& c) {
         return fmt::format("{} to {}", c.adjust_head.off_min, c.adjust_head.off_max);
       }},
  };
}

std::string profiles() {
  std::string table = "### Limits\n\n| |", rule = "|---|";
  for (const std::string_view name : firmware::profile_names()) {
    table += fmt::format(" `nfp/{}` |", name);
    rule += "---|";
  }
  table += "\n" + rule + "\n";
  for (const Limit& limit : limits()) {
    table += fmt::format("| {} |", limit.name);
    for (const std::string_view name : firmware::profile_names())
      table += fmt::format(" {} |", limit.value(*firmware::find_profile(name)));
    table += '\n';
  }
  return table;
}

const char* shows_text(DefectSpec::Shows shows) {
  switch (shows) {
    case DefectSpec::Shows::kWarns:
      return "warning";
    case DefectSpec::Shows::kRefuses:
      return "refusal";
    case DefectSpec::Shows::kNever:
      return "nothing";
  }
  return "";
}

std::string defects() {
  std::string table =
      "### Known defects\n\n| defect | shows as | on a card | with `--fix-defects` "
      "|\n|---|---|---|---|\n";
  for (const DefectSpec& defect : kDefectSpecs)
    table += fmt::format("| `{}` | {} | {} | {}{} |\n", defect.rule, shows_text(defect.shows),
                         cell(defect.effect),
                         defect.is_corrected() ? "" : "stays: ", cell(defect.remedy));
  return table;
}

}  // namespace

std::string offload_markdown() {
  return "\n" + refusals() + "\n" + profiles() + "\n" + defects() + "\n" + offloaded() + "\n" +
         not_offloaded() + "\n";
}

}  // namespace offload
