// The two sequence words at kIoSequence, from which map routines learn when a deleted entry may be used again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fpc/firmware/abi.h"
#include "fpc/memory.h"
#include "nic-model/blocks/address_map.h"
#include "nic-model/blocks/service_window.h"

namespace nic {

// False: no memory performs the command. `scratch` has room for two words at `at`.
inline bool read_sequence_words(const ServiceWindow& window, const Access& access,
                                const fpc::MemoryCommand& command, fpc::ContextState& context,
                                fpc::ByteStore& scratch, uint64_t at) {
  return scratch.write32(at, static_cast<uint32_t>(window.newest())) &&
         scratch.write32(at + 4, static_cast<uint32_t>(window.oldest())) &&
         fpc::perform_at(at + (access.address - firmware::kIoSequence), command, context, scratch);
}

}  // namespace nic
