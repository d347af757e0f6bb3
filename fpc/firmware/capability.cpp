// The named capability profiles: what public, shipped and imagined firmware offers.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/capability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "fpc/firmware/abi.h"
#include "fpc/firmware/map_layout.h"
#include "fpc/firmware/map_table.h"

namespace firmware {
namespace {

constexpr unsigned kInlineMtuUnits = 30;  // of 64 bytes
constexpr uint32_t kMapTypes = 1u << kMapTypeHash | 1u << kMapTypeArray;

// What the open firmware sources advertise: lookup alone.
constexpr Capability public_firmware() {
  Capability c;
  c.profile = "public";
  c.abi = 2;
  c.max_words = 2560;
  c.start = kProgramStart;
  c.done = kDoneAddress;
  c.stack_bytes = kStackBytes;
  c.inline_mtu = kInlineMtuUnits * 64 - 32;
  c.map_lookup = true;
  c.random = c.queue_select = c.adjust_tail = true;
  c.adjust_head = {true, 44, 248, 84, 112};
  c.maps = {kMapTypes,
            kMaxMaps,
            2'048'000,
            layout::max_key_bytes,
            layout::max_value_bytes,
            layout::max_element_bytes};
  return c;
}

// Agilio BPF firmware 2.0.6: longer programs, more elements, perf events.
constexpr Capability shipped_firmware() {
  Capability c = public_firmware();
  c.profile = "shipped";
  c.max_words = 2800;
  c.perf_event = true;
  c.maps.max_elems = 3'072'000;
  return c;
}

// Everything that drivers can use, the kernel's and ours.
constexpr Capability full_firmware() {
  Capability c = shipped_firmware();
  c.profile = "full";
  c.abi = 3;
  c.max_words = kStoreWords;
  c.map_update = c.map_delete = true;
  c.multi_entry = c.multi_change = true;
  c.adjust_head = {true, 64, 256, 64, 64};
  return c;
}

constexpr std::array kProfiles = {public_firmware(), shipped_firmware(), full_firmware()};

}  // namespace

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> names;
  for (const Capability& profile : kProfiles) names.push_back(profile.profile);
  return names;
}

base::Result<Capability> find_profile(std::string_view name) {
  for (const Capability& profile : kProfiles) {
    if (profile.profile == name) return profile;
  }
  return base::invalid_input(fmt::format("unknown capability profile \"{}\", known are {}", name,
                                         fmt::join(profile_names(), ", ")));
}

}  // namespace firmware
