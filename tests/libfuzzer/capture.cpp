// Captures: packets stay in time order and below the largest that libpcap reads.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/packet_io.h"
#include "tests/libfuzzer/memory_file.h"

namespace fuzz {
namespace {

constexpr int kMostPackets = 300;  // of a capture that is repeated without end
constexpr size_t kLargestPacket = 262'144;

}  // namespace

void capture(Input input) {
  const MemoryFile file(input);
  for (const char* rate : {"", "1Mpps"}) {
    auto source = nic::open_capture(file.path(), rate, true, nic::LineRate{});
    if (!source) continue;
    nic::Frame frame;
    uint64_t before_ps = 0;
    for (int i = 0; i < kMostPackets; ++i) {
      const auto more = source->next(frame);
      if (!more || !*more) break;
      require(frame.arrival_ps >= before_ps, "a packet arrives before the one ahead of it");
      require(frame.bytes.size() <= frame.wire_bytes, "a packet is longer than it was");
      require(frame.bytes.size() <= kLargestPacket, "a packet is larger than libpcap reads");
      before_ps = frame.arrival_ps;
    }
  }
}

}  // namespace fuzz
