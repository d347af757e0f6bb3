// SHA-1 (FIPS 180-4), by which kernels tag programs. Not for security.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bits.h"

namespace base {

namespace sha1_detail {

constexpr size_t kBlockBytes = 64;

inline void add_block(std::array<uint32_t, 5>& hash, std::span<const uint8_t> block) {
  std::array<uint32_t, 80> w;
  for (size_t i = 0; i < 16; ++i) w[i] = load_be<uint32_t>(block.data() + i * 4);
  for (size_t i = 16; i < w.size(); ++i)
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  auto [a, b, c, d, e] = hash;
  for (size_t i = 0; i < w.size(); ++i) {
    uint32_t f = 0, k = 0;
    switch (i / 20) {
      case 0:
        f = (b & c) | (~b & d), k = 0x5a827999;
        break;
      case 1:
        f = b ^ c ^ d, k = 0x6ed9eba1;
        break;
      case 2:
        f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
        break;
      default:
        f = b ^ c ^ d, k = 0xca62c1d6;
    }
    const uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
    e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
  }
  hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d, hash[4] += e;
}

}  // namespace sha1_detail

inline std::array<uint8_t, 20> sha1(std::span<const uint8_t> data) {
  using namespace sha1_detail;
  std::vector<uint8_t> padded(data.begin(), data.end());
  padded.push_back(0x80);
  padded.resize(round_up(padded.size() + 8, kBlockBytes));
  store_be(padded.data() + padded.size() - 8, static_cast<uint64_t>(data.size()) * 8);
  std::array<uint32_t, 5> hash{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (size_t at = 0; at < padded.size(); at += kBlockBytes)
    add_block(hash, std::span(padded).subspan(at, kBlockBytes));
  std::array<uint8_t, 20> out;
  for (size_t i = 0; i < hash.size(); ++i) store_be(out.data() + i * 4, hash[i]);
  return out;
}

}  // namespace base
