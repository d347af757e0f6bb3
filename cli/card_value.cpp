// Bytes to text and back.
// SPDX-License-Identifier: Apache-2.0
#include "cli/card_value.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace cli {
namespace {

bool parse_number(std::string_view text, uint64_t& value) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, is_hex ? 16 : 10);
  return error == std::errc() && stop == end && !text.empty();
}

base::Error not_bytes(const std::string& text, size_t size) {
  return base::invalid_input(fmt::format(
      "`{}` is neither a number of {} bytes nor {} bytes with commas between", text, size, size));
}

}  // namespace

base::Result<std::vector<uint8_t>> parse_map_bytes(const std::string& text, size_t size) {
  uint64_t number = 0;
  if (text.find(',') == std::string::npos && size != 1) {
    if (size > sizeof number || !parse_number(text, number) ||
        (size < sizeof number && number >> (8 * size) != 0))
      return not_bytes(text, size);
    std::vector<uint8_t> bytes(size);
    std::memcpy(bytes.data(), &number, size);
    return bytes;
  }
  std::vector<uint8_t> bytes;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    if (!parse_number(std::string_view(text).substr(at, comma - at), number) || number > 255)
      return not_bytes(text, size);
    bytes.push_back(static_cast<uint8_t>(number));
    at = comma + 1;
  }
  if (bytes.size() != size) return not_bytes(text, size);
  return bytes;
}

std::string print_map_bytes(std::span<const uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, " "));
}

}  // namespace cli
