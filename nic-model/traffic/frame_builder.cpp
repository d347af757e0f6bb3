// Writes headers and checksums of generated frames.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/frame_builder.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/bits.h"

namespace nic {
namespace {

constexpr uint32_t kEthernetBytes = 14, kIpBytes = 20, kUdpBytes = 8, kTcpBytes = 20;
constexpr uint32_t kIpAt = kEthernetBytes, kTransportAt = kIpAt + kIpBytes;
constexpr uint8_t kProtocolTcp = 6, kProtocolUdp = 17;
constexpr uint32_t kFirstSource = 0x0a000001,
                   kFirstDestination = 0x0ac80001;  // 10.0.0.1, 10.200.0.1
constexpr uint32_t kDestinations = 16;
constexpr uint32_t kFirstPort = 1024, kPorts = 60000;

// Sum of 16-bit words in network order, two at a time; fold() adds the halves. `bytes` is a multiple of 4.
uint64_t sum16(const uint8_t* from, uint32_t bytes) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < bytes; i += 4) sum += base::load_be<uint32_t>(from + i);
  return sum;
}

uint16_t fold(uint64_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void write_ethernet(uint8_t* at) {
  base::store_be<uint16_t>(at, 0x0200);  // 02:00:00:00:00:02, locally administered
  base::store_be<uint32_t>(at + 2, 2);
  base::store_be<uint16_t>(at + 6, 0x0200);
  base::store_be<uint32_t>(at + 8, 1);
  base::store_be<uint16_t>(at + 12, 0x0800);
}

void write_ip(uint8_t* at, const Flow& flow, uint32_t total_bytes) {
  at[0] = 0x45;
  base::store_be<uint16_t>(at + 2, static_cast<uint16_t>(total_bytes));
  at[8] = 64;  // time to live
  at[9] = flow.tcp ? kProtocolTcp : kProtocolUdp;
  base::store_be<uint32_t>(at + 12, flow.source);
  base::store_be<uint32_t>(at + 16, flow.destination);
  base::store_be<uint16_t>(at + 10, fold(sum16(at, kIpBytes)));
}

}  // namespace

[[gnu::hot]] Flow flow_of(uint32_t index, bool tcp) {
  const uint32_t mixed = static_cast<uint32_t>((index * uint64_t{0x9e3779b97f4a7c15u}) >> 40);
  return {.source = kFirstSource + index,
          .destination = kFirstDestination + mixed % kDestinations,
          .source_port = static_cast<uint16_t>(kFirstPort + mixed % kPorts),
          .destination_port = static_cast<uint16_t>(tcp ? 80 : 53),
          .tcp = tcp};
}

// Which protocol a flow has is chance that no branch predictor knows, so there is no branch on it.
[[gnu::hot]] void build_frame(const Flow& flow, uint32_t frame_bytes, uint64_t sequence,
                              std::vector<uint8_t>& bytes) {
  assert(frame_bytes >= 60 && "shorter than the shortest Ethernet frame");
  bytes.assign(frame_bytes, 0);
  uint8_t* frame = bytes.data();
  write_ethernet(frame);
  write_ip(frame + kIpAt, flow, frame_bytes - kEthernetBytes);

  uint8_t* transport = frame + kTransportAt;
  const uint32_t header = flow.tcp ? kTcpBytes : kUdpBytes;
  const uint32_t length = frame_bytes - kTransportAt;
  base::store_be<uint16_t>(transport, flow.source_port);
  base::store_be<uint16_t>(transport + 2, flow.destination_port);
  // 5 words of header, ACK, window; where UDP has its data.
  base::store_be<uint32_t>(transport + 12, flow.tcp ? 0x5010'ffff : 0);
  base::store_be<uint16_t>(transport + 4, flow.tcp ? 0 : static_cast<uint16_t>(length));
  std::array<uint8_t, sizeof sequence> nowhere;
  const bool has_room = length >= header + sizeof sequence;
  base::store_be<uint64_t>(has_room ? transport + header : nowhere.data(), sequence);
  // Everything behind is zero and adds nothing to the checksum.
  const uint32_t covered = std::min(length & ~3u, kTcpBytes + uint32_t{sizeof sequence});
  uint64_t sum = sum16(frame + kIpAt + 12, 8) + (flow.tcp ? kProtocolTcp : kProtocolUdp) + length;
  sum += sum16(transport, covered);
  uint16_t checksum = fold(sum);
  if (!flow.tcp && checksum == 0) checksum = 0xffff;  // RFC 768: 0 says that there is none
  base::store_be<uint16_t>(transport + (flow.tcp ? 16 : 6), checksum);
}

}  // namespace nic
