// Packet vector, descriptor and split of a packet.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/packet_memory.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "nic-model/blocks/address_map.h"

namespace nic {
namespace {

struct Extent {
  size_t offset = 0;            // in the CTM buffer
  size_t in_ctm = 0, tail = 0;  // bytes
};

// Where the packet's bytes are now.
Extent extent_of(const Descriptor& descriptor) {
  const size_t length = base::extract<13, 0>(descriptor.length_word);
  const size_t offset = base::extract<12, 0>(descriptor.pointer);
  if (offset > firmware::kCtmBufferBytes) return {offset, 0, length};
  const size_t in_ctm = std::min<size_t>(length, firmware::kCtmBufferBytes - offset);
  return {offset, in_ctm, length - in_ctm};
}

}  // namespace

[[gnu::hot]] std::array<uint32_t, firmware::kPvWords> packet_vector(const Packet& packet) {
  std::array<uint32_t, firmware::kPvWords> words{};
  const auto number = static_cast<uint32_t>(packet.place.number) << 16;
  words[firmware::kPvLength] = packet.length | number | (kFirstIsland + packet.place.island) << 26;
  words[firmware::kPvSplit] = has_tail(packet) ? 1u << 31 : 0;
  words[firmware::kPvPointer] = 1u << 31 | number | firmware::kPacketOffset;
  words[firmware::kPvSequence] = static_cast<uint32_t>(packet.sequence);
  return words;
}

[[gnu::hot]] bool place_in_ctm(const Packet& packet, std::span<const uint8_t> bytes,
                               fpc::ByteStore& ctm) {
  return ctm.write(packet_address(packet.place.number, firmware::kPacketOffset),
                   bytes.first(std::min(bytes.size(), kInCtm)));
}

bool peek_in_ctm(const Descriptor& descriptor, const fpc::ByteStore& ctm, const Packet& packet,
                 const std::vector<uint8_t>& bytes, std::span<uint8_t> to) {
  if (!describes(descriptor, packet)) return false;
  Packet copy = packet;
  std::vector<uint8_t> now = bytes;
  take_from_ctm(descriptor, ctm, copy, now);
  if (now.size() < to.size()) return false;
  std::copy_n(now.begin(), to.size(), to.begin());
  return true;
}

[[gnu::hot]] bool describes(const Descriptor& descriptor, const Packet& packet) {
  const Extent extent = extent_of(descriptor);
  const uint32_t expected_number = packet.place.number;
  if (base::extract<25, 16>(descriptor.length_word) != expected_number ||
      base::extract<25, 16>(descriptor.pointer) != expected_number ||
      extent.offset > firmware::kCtmBufferBytes) {
    return false;
  }
  const size_t stored_tail = has_tail(packet) ? packet.length - kInCtm : 0;
  return extent.tail <= stored_tail;
}

[[gnu::hot]] void take_from_ctm(const Descriptor& descriptor, const fpc::ByteStore& ctm,
                                Packet& packet, std::vector<uint8_t>& bytes) {
  const auto [offset, in_ctm, tail] = extent_of(descriptor);
  const size_t length = in_ctm + tail;
  bytes.resize(std::max({bytes.size(), length, in_ctm}));
  if (tail != 0) std::memmove(bytes.data() + in_ctm, bytes.data() + kInCtm, tail);
  bytes.resize(length);
  packet.length = static_cast<uint32_t>(length);
  ctm.read(packet_address(packet.place.number, static_cast<unsigned>(offset)),
           std::span(bytes).first(in_ctm));
}

}  // namespace nic
