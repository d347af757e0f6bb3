// The table of section names, as libbpf and its users spell them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/program_type.h"

#include <fmt/format.h>

namespace ebpf {
namespace {

struct SectionName {
  std::string_view name;  // alone, or followed by "/anything"
  ProgType type;
};

constexpr SectionName kSections[] = {
    {"xdp", ProgType::kXdp},      {"xdp.frags", ProgType::kXdp},
    {"tc", ProgType::kSchedCls},  {"classifier", ProgType::kSchedCls},
    {"tcx", ProgType::kSchedCls}, {"socket", ProgType::kSocketFilter},
};

// Programs of XDP type that run behind a redirect, not at a port.
constexpr std::string_view kRedirectHooks[] = {"/devmap", "/cpumap"};

bool names(const SectionName& section, std::string_view text) {
  return text.starts_with(section.name) &&
         (text.size() == section.name.size() || text[section.name.size()] == '/');
}

}  // namespace

std::string allowed_sections() {
  std::string list;
  for (const SectionName& section : kSections) {
    if (!list.empty()) list += ", ";
    list += section.name;
  }
  return list;
}

base::Result<ProgType> program_type_of(std::string_view section) {
  for (const SectionName& known : kSections) {
    if (!names(known, section)) continue;
    for (const std::string_view hook : kRedirectHooks) {
      if (section.ends_with(hook)) {
        return base::unsupported(fmt::format("section {} runs behind a redirect, allowed are {}",
                                             section, allowed_sections()));
      }
    }
    return known.type;
  }
  return base::unsupported(fmt::format("section {} is of no known program type, allowed are {}",
                                       section, allowed_sections()));
}

}  // namespace ebpf
