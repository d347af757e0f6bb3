// Inputs for subjects, and the comparison of what was seen.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/observation.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "base/bits.h"
#include "base/rng.h"

namespace fuzz {
namespace {

constexpr uint16_t kExperimentalEthertype = 0x88b5;  // the kernel expects no header behind it

std::string hex(const Bytes& bytes) {
  std::string text;
  for (const uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

Bytes random_packet(base::Rng& rng) {
  Bytes packet(rng.below(16) == 0 ? 60 + rng.below(68) : kWorkedOnBytes + rng.below(64));
  for (uint8_t& byte : packet) byte = static_cast<uint8_t>(rng.below(4) == 0 ? 0 : rng.next());
  base::store_be(&packet[12], kExperimentalEthertype);
  return packet;
}

// Counters are zero, for user space must leave them so.
Bytes random_value(const MapShape& shape, base::Rng& rng) {
  Bytes value(shape.value_bytes);
  for (uint8_t& byte : value) byte = static_cast<uint8_t>(rng.next());
  std::fill_n(value.begin() + shape.counters_at, shape.counter_bytes, uint8_t{0});
  return value;
}

Entries random_entries(const MapShape& shape, base::Rng& rng) {
  Entries entries;
  for (uint32_t index = 0; index < shape.entries; ++index) {
    Bytes key(shape.key_bytes);
    base::store_le(key.data(), index);
    const bool left_out = shape.type == BPF_MAP_TYPE_HASH && rng.below(2) == 0;
    if (!left_out) entries[key] = random_value(shape, rng);
  }
  return entries;
}

std::string packet_difference(const Observation::Packet& expected,
                              const Observation::Packet& seen) {
  if (expected.verdict != seen.verdict)
    return fmt::format("verdict {:#x} instead of {:#x}", seen.verdict, expected.verdict);
  if (expected.queue != seen.queue)
    return fmt::format("queue {} instead of {}", seen.queue, expected.queue);
  return fmt::format("bytes\n  {} instead of\n  {}", hex(seen.bytes), hex(expected.bytes));
}

std::string map_difference(const Entries& expected, const Entries& seen) {
  std::string text;
  for (const auto& [key, value] : expected) {
    const auto found = seen.find(key);
    if (found == seen.end())
      text += fmt::format("\n  {} is missing", hex(key));
    else if (found->second != value)
      text += fmt::format("\n  {}: {} instead of {}", hex(key), hex(found->second), hex(value));
  }
  for (const auto& [key, value] : seen) {
    if (!expected.contains(key)) text += fmt::format("\n  {} is too much", hex(key));
  }
  return text;
}

}  // namespace

Input make_input(const CardProgram& subject, uint64_t seed, unsigned packets) {
  base::Rng rng(seed);
  Input input;
  for (unsigned i = 0; i < packets; ++i) input.packets.push_back(random_packet(rng));
  for (size_t map = 0; map < subject.program.maps.size(); ++map)
    input.maps.push_back(random_entries(kMapShapes[map], rng));
  return input;
}

Observation as_card_reports(Observation seen, ebpf::ProgType type) {
  constexpr uint8_t kXdp[] = {0x82, 0x22, 0x11, 0x44};
  constexpr uint8_t kClassifier[] = {0x11, 0x11, 0x22, 0x11, 0x02, 0x02, 0x11, 0x44};
  for (Observation::Packet& packet : seen.packets) {
    const uint32_t code = packet.verdict;
    uint32_t byte = 0;
    if (type == ebpf::ProgType::kXdp)
      byte = code < std::size(kXdp) ? kXdp[code] : kXdp[0];
    else
      byte = code < std::size(kClassifier) ? kClassifier[code] : kClassifier[0];
    packet.verdict = byte << 16;
  }
  return seen;
}

std::string difference(const Observation& expected, const Observation& seen) {
  for (size_t i = 0; i < expected.packets.size(); ++i) {
    if (expected.packets[i] == seen.packets[i]) continue;
    return fmt::format("packet {}: {}", i, packet_difference(expected.packets[i], seen.packets[i]));
  }
  for (size_t map = 0; map < expected.maps.size(); ++map) {
    if (expected.maps[map] == seen.maps[map]) continue;
    return fmt::format("map {}:{}", map, map_difference(expected.maps[map], seen.maps[map]));
  }
  return {};
}

}  // namespace fuzz
