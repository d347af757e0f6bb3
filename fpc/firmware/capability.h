// What a published firmware offers to a program: the capability record of target `nfp`, with its named profiles.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firmware {

struct AdjustHead {
  bool no_meta = false;
  uint32_t off_min = 0, off_max = 0;  // window of the packet offset, bytes
  uint32_t guaranteed_sub = 0, guaranteed_add = 0;
};

struct MapLimits {
  uint32_t types = 0;  // bit mask of 1 << BPF_MAP_TYPE
  uint32_t max_maps = 0, max_elems = 0, max_key_bytes = 0, max_value_bytes = 0, max_elem_bytes = 0;
};

struct Capability {
  std::string_view profile;
  unsigned abi = 2;
  unsigned max_words = 0;  // of a program, padding included
  unsigned start = 0, done = 0;
  unsigned stack_bytes = 0;
  unsigned inline_mtu = 0;  // bytes of a packet that programs may touch: INL_MTU * 64 - 32
  bool map_lookup = false, map_update = false, map_delete = false, perf_event = false;
  bool random = false, queue_select = false, adjust_tail = false;
  bool multi_entry = false;   // GETFIRST and GETNEXT may ask for several entries
  bool multi_change = false;  // UPDATE and DELETE may carry several
  AdjustHead adjust_head;     // off_max = 0: not offered
  MapLimits maps;
};

// Profiles `public`, `shipped`, `full` (architecture decision 2). Error: unknown name, with the names that exist.
base::Result<Capability> find_profile(std::string_view name);
std::vector<std::string_view> profile_names();
constexpr std::string_view kDefaultProfile = "full";

}  // namespace firmware
