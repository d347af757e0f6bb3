// Where an instruction reads the packet, as far as that is known before the program runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/classic/convert.h"

namespace classic {

// The kernel's verifier proves nothing about packet bytes further out.
constexpr uint32_t kMaxPacketBytes = 0xffff;

// An upper bound of A or X; anything above kMaxPacketBytes is kUnbounded.
constexpr uint32_t kUnbounded = UINT32_MAX;

struct Access {
  enum class Kind : uint8_t {
    kNone,      // does not read the packet, or only its length
    kFrame,     // bytes [begin, begin + bytes) of the frame
    kIndexed,   // the same from byte X on, X being small enough to need no test
    kComputed,  // x + k, to be tested when the program runs
    kNever,     // no packet has these bytes: rejects
  };
  Kind kind = Kind::kNone;
  uint32_t begin = 0, bytes = 0;

  uint32_t end() const { return begin + bytes; }
};

// `x_max`: an upper bound of X.
Access access_of(const Insn& insn, Dialect dialect, uint32_t x_max);

// Bytes that a packet load takes: 4, 2 or 1.
uint32_t load_bytes(const Insn& insn);

// Negative offsets of Linux: bases of the frame's and of the network header.
constexpr uint32_t kFrameBase = 0xffe0'0000, kNetworkBase = 0xfff0'0000;  // SKF_LL_OFF, SKF_NET_OFF
constexpr uint32_t kNetworkHeader = 14;  // a VLAN tag belongs to the network header

}  // namespace classic
