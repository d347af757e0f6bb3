// Netlink messages as bytes: reading untrusted ones, writing answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace host {

using Bytes = std::span<const uint8_t>;

// One message: its header, and everything after it.
struct NetlinkMessage {
  nlmsghdr header{};
  Bytes all, body;

  bool is_dump() const { return (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP; }
};

// Up to the first whose length is wrong; the kernel takes what is behind it for no message either, and ip leaves some there.
std::vector<NetlinkMessage> split_messages(Bytes datagram);

// The structure at the start of a body; zero where the body ends before.
template <typename T>
T leading(Bytes body) {
  T out{};
  const size_t size = body.size() < sizeof out ? body.size() : sizeof out;
  std::copy_n(body.begin(), size, reinterpret_cast<uint8_t*>(&out));
  return out;
}

// Attributes, the last of each type; NLA_F_* bits are ignored. Nothing after a malformed one is seen.
class NetlinkAttributes {
 public:
  explicit NetlinkAttributes(Bytes bytes) : bytes_(bytes) {}
  // Those after a structure of `header_bytes`, which are padded.
  NetlinkAttributes(Bytes body, size_t header_bytes);

  template <typename Visit>  // void(uint16_t type, Bytes)
  void for_each(Visit visit) const {
    Bytes rest = bytes_;
    while (rest.size() >= sizeof(nlattr)) {
      const auto header = leading<nlattr>(rest);
      if (header.nla_len < sizeof header || header.nla_len > rest.size()) break;
      visit(static_cast<uint16_t>(header.nla_type & NLA_TYPE_MASK),
            rest.subspan(sizeof header, header.nla_len - sizeof header));
      rest = rest.subspan(std::min<size_t>(NLA_ALIGN(header.nla_len), rest.size()));
    }
  }
  std::optional<Bytes> find(uint16_t type) const;
  // nullopt: none, or shorter than four bytes.
  std::optional<uint32_t> u32(uint16_t type) const;
  // Up to the first zero byte.
  std::string text(uint16_t type) const;

 private:
  Bytes bytes_;
};

// Appends to `out`; lengths are filled in as the message grows.
class NetlinkWriter {
 public:
  NetlinkWriter(std::vector<uint8_t>& out, uint16_t type, uint16_t flags, const nlmsghdr& request,
                uint32_t port);
  template <typename T>
  NetlinkWriter& put(const T& structure) {
    return append({reinterpret_cast<const uint8_t*>(&structure), sizeof structure});
  }
  NetlinkWriter& append(Bytes bytes);
  NetlinkWriter& attribute(uint16_t type, Bytes bytes);
  NetlinkWriter& text(uint16_t type, std::string_view text);
  template <typename T>
  NetlinkWriter& value(uint16_t type, T value) {
    return attribute(type, {reinterpret_cast<const uint8_t*>(&value), sizeof value});
  }
  // Between the two, attributes are of the nested one.
  size_t begin_nested(uint16_t type);
  void end_nested(size_t begin);

 private:
  void grow();
  std::vector<uint8_t>& out_;
  const size_t start_;
};

// NLMSG_ERROR: error 0 acknowledges. The request follows an error whole, then the text.
void put_error(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port, int error,
               std::string_view text);
void put_done(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port);

}  // namespace host
