// A seeded stream of packets that reach many branches: protocols, options, truncations, garbage.
// SPDX-License-Identifier: Apache-2.0
//
//   PacketGenerator packets(7);
//   std::vector<uint8_t> packet = packets.next();   // 14 to 1518 bytes, no FCS
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"

namespace test_support {

// Addresses and ports come from small pools, so that look-ups of learned flows hit.
class PacketGenerator {
 public:
  static constexpr size_t kMinBytes = 14, kMaxBytes = 1518;

  explicit PacketGenerator(uint64_t seed) : rng_(seed) {}
  std::vector<uint8_t> next();

 private:
  bool one_in(uint64_t n) { return rng_.below(n) == 0; }
  uint8_t byte() { return static_cast<uint8_t>(rng_.next()); }
  uint32_t pick(std::span<const uint32_t> pool) { return pool[rng_.below(pool.size())]; }

  void put(uint64_t value, unsigned bytes);  // big endian
  void put_random(size_t bytes);
  void ethernet();
  void network();
  void ipv4(bool inner);
  void ipv6();
  void arp();
  void transport(uint32_t protocol);
  void finish_ipv4(size_t start);
  size_t payload_bytes();

  base::Rng rng_;
  std::vector<uint8_t> packet_;
};

}  // namespace test_support
