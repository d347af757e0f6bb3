// A capability record as the firmware publishes it: the bytes of _abi_bpf_capabilities (nfp-fw-abi 8).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "fpc/firmware/capability.h"

namespace firmware {

// Types of its records: u32 type, u32 length, then `length` bytes, all little endian.
enum class CapabilityType : uint32_t {
  kFunction = 1,  // u32 helper id, u32 address
  kAdjustHead =
      2,      // u32 flags (bit 0: no metadata), off_min, off_max, guaranteed_sub, guaranteed_add
  kMaps = 3,  // u32 types, max_maps, max_elems, max_key, max_value, max_element
  kRandom = 4,
  kQueueSelect = 5,
  kAdjustTail = 6,
  kAbiVersion = 7,  // u32
  kMultiEntry = 8,
  kMultiChange = 0x8001,  // ours; other drivers pass over what they do not know
};

// `helpers`: id -> control-store address.
std::vector<uint8_t> capability_tlvs(const Capability& capability,
                                     const std::map<unsigned, unsigned>& helpers);

}  // namespace firmware
