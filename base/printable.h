// Text from outside, made fit for a terminal and for JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with a control character or with what is no UTF-8.
inline size_t printable_prefix(std::string_view text) {
  constexpr uint32_t kSmallest[] = {0, 0x20, 0xa0, 0x800, 0x10000};  // by length
  constexpr uint32_t kDelete = 0x7f, kLargest = 0x10ffff;
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc0 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf8 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[length] || code > kLargest || code == kDelete || is_surrogate) return 0;
  return length;
}

// Every byte that is no part of a printable character becomes '?', a tab becomes a space.
inline std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = printable_prefix(text);
    if (length > 0) {
      out += text.substr(0, length);
    } else {
      out += text.front() == '\t' ? ' ' : '?';
    }
    text.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

}  // namespace base
