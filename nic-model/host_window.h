// What the host sees of the card through PCIe: a control store window and the registers that start what is in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fpc/core.h"

namespace nic {

// Byte offsets; registers are 64 bits wide, little endian.
enum class HostRegister : uint64_t {
  kEntry = 0x00,           // control-store address where contexts start
  kProgramStart = 0x08,    // first word of the program
  kDispatchCycles = 0x10,  // what the store's own dispatch costs per packet
  kStart = 0x18,           // written last: number of words in the window that are the new store
};
constexpr uint64_t kStoreWindow = 0x10000;  // one 64-bit word for each word of the control store
constexpr uint64_t kStoreWindowBytes = uint64_t{fpc::kStoreWords} * 8;

}  // namespace nic
