// How classic loads read the packet in eBPF: bounds checks, byte order, ancillary data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/classic/emitter.h"
#include "offload-compiler/ebpf/classic/flow.h"

namespace classic {

// Where the context waits for loads that read it, from the frame pointer; below the scratch words.
constexpr int16_t kContextSlot = -static_cast<int16_t>(4 * kScratchWords + 8);
constexpr int16_t kCopySlot = kContextSlot - 8;  // of X, while a load makes its address

// ld, ldh, ldb from the packet, to A, and ldxb of the IP header's length, to X.
void emit_packet_load(Emitter& emit, const Insn& insn, const Point& point, Dialect dialect);

// An absolute load that is ancillary.
void emit_ancillary(Emitter& emit, const Ancillary& row, const Point& point);
bool reads_context(const Ancillary& row);

}  // namespace classic
