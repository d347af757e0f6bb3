// Cuts and continues generated packets.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/frames.h"

#include <algorithm>
#include <iterator>

#include "base/rng.h"
#include "tests/support/packet_gen.h"

namespace classic_test {

namespace {

// What generated packets rarely have, to be written behind the addresses.
const Frame kRareHeaders[] = {
    {0x80, 0x35},                          // RARP
    {0x81, 0x00, 0x00, 0x64, 0x08, 0x00},  // VLAN 100
    {0x81, 0x00, 0x00, 0x64, 0x08, 0x00, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1},
    {0x81, 0x00, 0x00, 0x05, 0x81, 0x00, 0x00, 0x06, 0x86, 0xdd},  // two tags
    {0x88, 0x47, 0x00, 0x06, 0x41, 0x40, 0x45},                    // MPLS label 100, IPv4 below
    {0x88, 0x64, 0x11, 0x00, 0x00, 0x07, 0x00, 0x40, 0x00, 0x21, 0x45},  // PPPoE session, IPv4
    {0x08, 0x00, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 50},                    // ESP
    {0x08, 0x00, 0x45, 0, 0, 60,   0,    0,    0,    0, 64, 17, 0, 0, 10, 0,    0,
     1,    10,   0,    0, 1, 0x04, 0x00, 0x17, 0xc1, 0, 40, 0,  0, 0, 0,  0x65, 0x58},  // Geneve
    {0x08, 0x00, 0x45, 0, 0, 60, 0, 0, 0, 0, 2, 6},
    {0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, 6, 64},
    {0x08, 0x00, 0x45, 0, 0, 60, 0,  0, 0, 0, 64, 1,
     0,    0,    10,   0, 0, 1,  10, 0, 0, 1, 3,  1},  // ICMP unreachable
    {0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, 17, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
     0,    0,    1,    0, 0, 0, 0, 0,  0,  0,  0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 53},  // UDP of port 53 over IPv6
    {0x88, 0xb5},
};
constexpr size_t kAddressBytes = 12;

}  // namespace

std::vector<Frame> frames_of_all_sizes(uint64_t seed, size_t step) {
  test_support::PacketGenerator packets(seed);
  std::vector<Frame> frames;
  for (size_t bytes = 0; bytes <= kMaxFrameBytes; bytes += step) {
    Frame frame = packets.next();
    if (frames.size() % 2 == 1) {
      const Frame& header = kRareHeaders[frames.size() / 2 % std::size(kRareHeaders)];
      frame.resize(std::max(frame.size(), kAddressBytes + header.size()));
      std::ranges::copy(header, frame.begin() + kAddressBytes);
    }
    frame.resize(bytes);
    frames.push_back(std::move(frame));
  }
  return frames;
}

std::vector<Frame> random_frames(uint64_t seed, size_t count) {
  constexpr size_t kHeaderBytes = 60;
  test_support::PacketGenerator packets(seed);
  base::Rng rng(seed);
  std::vector<Frame> frames;
  for (size_t i = 0; i < count; ++i) {
    frames.push_back(packets.next());
    if (i % 4 == 3) frames.back().resize(rng.below(kHeaderBytes));
  }
  return frames;
}

}  // namespace classic_test
