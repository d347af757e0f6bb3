// Builds packets header by header; lengths and checksums come last, sometimes wrong.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_gen.h"

#include <algorithm>

#include "base/bits.h"

namespace test_support {
namespace {

enum : uint32_t { kIcmp = 1, kIpInIp = 4, kTcp = 6, kUdp = 17, kIcmp6 = 58 };
enum : uint32_t {
  kEtherIpv4 = 0x0800,
  kEtherArp = 0x0806,
  kEtherVlan = 0x8100,
  kEtherIpv6 = 0x86dd
};

constexpr uint32_t kAddresses[] = {0x0a000001, 0x0a000002, 0x0a000003, 0xc0a80101, 0xc0a80102,
                                   0xac100001, 0x08080808, 0x7f000001, 0xe0000001, 0xffffffff};
constexpr uint32_t kPorts[] = {53, 80, 443, 22, 1024, 5353, 40000, 65535, 0};
constexpr uint32_t kProtocols[] = {kUdp, kUdp, kUdp, kTcp, kTcp, kTcp, kIcmp, 2, 47, 132, 255, 0};
constexpr uint32_t kTtls[] = {64, 64, 64, 63, 255, 128, 2, 1, 0};

uint16_t internet_checksum(const uint8_t* from, size_t bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes; i += 2) sum += base::load_be<uint16_t>(from + i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

}  // namespace

void PacketGenerator::put(uint64_t value, unsigned bytes) {
  for (unsigned shift = bytes * 8; shift != 0; shift -= 8) {
    packet_.push_back(static_cast<uint8_t>(value >> (shift - 8)));
  }
}

void PacketGenerator::put_random(size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) packet_.push_back(byte());
}

size_t PacketGenerator::payload_bytes() {
  switch (rng_.below(6)) {
    case 0:
      return 0;
    case 1:
      return rng_.below(16);
    case 2:
      return 18 + rng_.below(64);
    case 3:
      return 64 + rng_.below(256);
    case 4:
      return rng_.below(1500);
    default:
      return 82;
  }
}

void PacketGenerator::ethernet() {
  if (one_in(6)) {
    put(0xffffffffffff, 6);
  } else {
    put(0x020000000000 | rng_.below(4), 6);
  }
  put(0x020000000100 | rng_.below(8), 6);
  while (one_in(8) && packet_.size() < 26) {
    put(kEtherVlan, 2);
    put(rng_.below(0x10000), 2);
  }
}

void PacketGenerator::transport(uint32_t protocol) {
  const size_t payload = payload_bytes();
  if (protocol == kTcp) {
    put(pick(kPorts), 2), put(pick(kPorts), 2);
    put_random(8);
    put(0x5000 | rng_.below(64), 2);
    put_random(6);
  } else if (protocol == kUdp) {
    put(pick(kPorts), 2), put(pick(kPorts), 2);
    put(8 + payload, 2);
    put_random(2);
  } else if (protocol == kIcmp || protocol == kIcmp6) {
    put(one_in(2) ? 8 : 0, 1);
    put(0, 1);
    put_random(6);
  }
  put_random(payload);
}

void PacketGenerator::finish_ipv4(size_t start) {
  uint8_t* header = packet_.data() + start;
  const size_t header_bytes = (header[0] & 0xfu) * 4;
  base::store_be(header + 2, static_cast<uint16_t>(packet_.size() - start));
  base::store_be<uint16_t>(header + 10, 0);
  if (!one_in(8)) base::store_be(header + 10, internet_checksum(header, header_bytes));
}

void PacketGenerator::ipv4(bool inner) {
  const size_t start = packet_.size();
  const uint64_t words = one_in(5) ? 5 + rng_.below(11) : 5;
  const uint32_t protocol = !inner && one_in(12) ? uint32_t{kIpInIp} : pick(kProtocols);
  put(0x40 | words, 1);
  put(one_in(4) ? byte() : 0, 1);
  put(0, 2);
  put_random(2);
  put(one_in(10) ? rng_.below(0x4000) : 0x4000, 2);  // fragments, or "do not fragment"
  put(pick(kTtls), 1);
  put(protocol, 1);
  put(0, 2);
  put(pick(kAddresses), 4), put(pick(kAddresses), 4);
  put_random((words - 5) * 4);
  if (protocol == kIpInIp) {
    ipv4(true);
  } else {
    transport(protocol);
  }
  finish_ipv4(start);
}

void PacketGenerator::ipv6() {
  constexpr uint32_t kNext[] = {kUdp, kTcp, kIcmp6, 0, 44, 59};
  const uint32_t next = pick(kNext);
  const size_t start = packet_.size();
  put(0x60000000 | rng_.below(1 << 20), 4);
  put(0, 2);
  put(next, 1);
  put(pick(kTtls), 1);
  for (int i = 0; i < 2; ++i) {
    put(0x20010db800000000, 8);
    put(pick(kAddresses), 8);
  }
  transport(next);
  base::store_be(packet_.data() + start + 4, static_cast<uint16_t>(packet_.size() - start - 40));
}

void PacketGenerator::arp() {
  put(0x0001080006040001, 8);
  put_random(6);
  put(pick(kAddresses), 4);
  put(0, 6);
  put(pick(kAddresses), 4);
}

void PacketGenerator::network() {
  const uint64_t kind = rng_.below(20);
  if (kind < 13) {
    put(kEtherIpv4, 2);
    ipv4(false);
  } else if (kind < 16) {
    put(kEtherIpv6, 2);
    ipv6();
  } else if (kind < 18) {
    put(kEtherArp, 2);
    arp();
  } else {
    put(rng_.below(0x10000), 2);
    put_random(payload_bytes());
  }
}

std::vector<uint8_t> PacketGenerator::next() {
  packet_.clear();
  if (one_in(25)) {
    put_random(kMinBytes + rng_.below(kMaxBytes - kMinBytes + 1));
    return packet_;
  }
  ethernet();
  network();
  if (packet_.size() < 60 && one_in(2)) packet_.resize(60);  // padded as on a wire
  if (packet_.size() > kMaxBytes) packet_.resize(kMaxBytes);
  if (one_in(6)) packet_.resize(kMinBytes + rng_.below(packet_.size() - kMinBytes + 1));
  return packet_;
}

}  // namespace test_support
