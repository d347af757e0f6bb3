// A few Ethernet frames for programs of tests/data/kernel-jit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace frames {

using Frame = std::vector<uint8_t>;

inline Frame ethernet(uint16_t type, size_t size) {
  Frame frame(size);
  for (size_t i = 0; i < size; ++i) frame[i] = static_cast<uint8_t>(i * 3 + 1);
  if (size >= 14) {
    frame[12] = static_cast<uint8_t>(type >> 8);
    frame[13] = static_cast<uint8_t>(type);
  }
  return frame;
}

// IPv4 without options; the header's checksum is left as the filler has it.
inline Frame ipv4(uint8_t protocol, uint32_t source, uint16_t source_port,
                  uint16_t destination_port, size_t size = 60) {
  Frame frame = ethernet(0x0800, size);
  const uint8_t header[] = {0x45,     0, 0, static_cast<uint8_t>(size - 14), 0, 0, 0, 0, 64,
                            protocol, 0, 0};
  for (size_t i = 0; i < sizeof header; ++i) frame[14 + i] = header[i];
  for (size_t i = 0; i < 4; ++i) frame[26 + i] = static_cast<uint8_t>(source >> (24 - 8 * i));
  frame[34] = static_cast<uint8_t>(source_port >> 8);
  frame[35] = static_cast<uint8_t>(source_port);
  frame[36] = static_cast<uint8_t>(destination_port >> 8);
  frame[37] = static_cast<uint8_t>(destination_port);
  return frame;
}

}  // namespace frames
