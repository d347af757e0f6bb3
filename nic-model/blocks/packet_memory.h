// A packet's way into CTM and out again: packet vector, descriptor, bytes on both sides of the split.
// SPDX-License-Identifier: Apache-2.0
//
// The first 2048 bytes less the offset lie in the CTM buffer, where programs may change them; the rest stays in an MU buffer,
// here the tail of the pool's buffer, which is empty when there is no rest.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fpc/firmware/abi.h"
#include "fpc/memory.h"
#include "nic-model/blocks/packet.h"

namespace nic {

struct Descriptor {  // what the firmware writes to retire a packet
  uint32_t length_word = 0, pointer = 0, verdict = 0, sequence = 0, flags = 0, queue = 0;
};

// Bytes of a received frame that its CTM buffer holds.
constexpr size_t kInCtm = firmware::kCtmBufferBytes - firmware::kPacketOffset;
inline bool has_tail(const Packet& packet) { return packet.length > kInCtm; }

constexpr bool is_dropped(uint32_t verdict) { return (verdict & firmware::kVerdictDrop) != 0; }

constexpr unsigned kFirstIsland = 32;  // number of the first island that runs the datapath

std::array<uint32_t, firmware::kPvWords> packet_vector(const Packet& packet);

// Copies the first of the packet's bytes into its CTM buffer; false: the store is full.
[[nodiscard]] bool place_in_ctm(const Packet& packet, std::span<const uint8_t> bytes,
                                fpc::ByteStore& ctm);

// Copies the first `bytes` bytes that a packet in service has now to `to`; false as below, or when it has fewer.
[[nodiscard]] bool peek_in_ctm(const Descriptor& descriptor, const fpc::ByteStore& ctm,
                               const Packet& packet, const std::vector<uint8_t>& bytes,
                               std::span<uint8_t> to);

// False: the descriptor is not this packet's (other number or island, bytes outside its buffers).
[[nodiscard]] bool describes(const Descriptor& descriptor, const Packet& packet);

// Takes the packet's bytes out of the card as the descriptor, which is its own, says.
void take_from_ctm(const Descriptor& descriptor, const fpc::ByteStore& ctm, Packet& packet,
                   std::vector<uint8_t>& bytes);

}  // namespace nic
