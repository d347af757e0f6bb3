// Netlink framing: lengths, padding, attributes.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/wire.h"

#include <cstring>

namespace host {
std::vector<NetlinkMessage> split_messages(Bytes datagram) {
  std::vector<NetlinkMessage> out;
  while (datagram.size() >= sizeof(nlmsghdr)) {
    NetlinkMessage message;
    message.header = leading<nlmsghdr>(datagram);
    const size_t size = message.header.nlmsg_len;
    if (size < sizeof(nlmsghdr) || size > datagram.size()) break;
    message.all = datagram.first(size);
    message.body = message.all.subspan(sizeof(nlmsghdr));
    out.push_back(message);
    datagram = datagram.subspan(std::min<size_t>(NLMSG_ALIGN(size), datagram.size()));
  }
  return out;
}

NetlinkAttributes::NetlinkAttributes(Bytes body, size_t header_bytes)
    : bytes_(body.subspan(std::min<size_t>(body.size(), NLMSG_ALIGN(header_bytes)))) {}

std::optional<Bytes> NetlinkAttributes::find(uint16_t type) const {
  std::optional<Bytes> found;
  for_each([&](uint16_t at, Bytes bytes) {
    if (at == type) found = bytes;
  });
  return found;
}

std::optional<uint32_t> NetlinkAttributes::u32(uint16_t type) const {
  const std::optional<Bytes> bytes = find(type);
  if (!bytes || bytes->size() < sizeof(uint32_t)) return std::nullopt;
  return leading<uint32_t>(*bytes);
}

std::string NetlinkAttributes::text(uint16_t type) const {
  const std::optional<Bytes> bytes = find(type);
  if (!bytes) return {};
  return {bytes->begin(), std::find(bytes->begin(), bytes->end(), uint8_t{0})};
}

NetlinkWriter::NetlinkWriter(std::vector<uint8_t>& out, uint16_t type, uint16_t flags,
                             const nlmsghdr& request, uint32_t port)
    : out_(out), start_(out.size()) {
  put(nlmsghdr{0, type, flags, request.nlmsg_seq, port});
}

// The length counts the last attribute without its padding, as long as nothing follows; the kernel pads, and so do we.
void NetlinkWriter::grow() {
  out_.resize(start_ + NLMSG_ALIGN(out_.size() - start_));
  const auto length = static_cast<uint32_t>(out_.size() - start_);
  std::memcpy(&out_[start_], &length, sizeof length);
}

NetlinkWriter& NetlinkWriter::append(Bytes bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  grow();
  return *this;
}

NetlinkWriter& NetlinkWriter::attribute(uint16_t type, Bytes bytes) {
  const nlattr header = {static_cast<uint16_t>(sizeof header + bytes.size()), type};
  const auto* raw = reinterpret_cast<const uint8_t*>(&header);
  out_.insert(out_.end(), raw, raw + sizeof header);
  return append(bytes);
}

NetlinkWriter& NetlinkWriter::text(uint16_t type, std::string_view text) {
  std::vector<uint8_t> bytes(text.begin(), text.end());
  bytes.push_back(0);
  return attribute(type, bytes);
}

size_t NetlinkWriter::begin_nested(uint16_t type) {
  const size_t begin = out_.size();
  attribute(type, {});
  return begin;
}

void NetlinkWriter::end_nested(size_t begin) {
  const auto length = static_cast<uint16_t>(out_.size() - begin);
  std::memcpy(&out_[begin], &length, sizeof length);
}

void put_error(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port, int error,
               std::string_view text) {
  const auto flags =
      static_cast<uint16_t>((error == 0 ? NLM_F_CAPPED : 0) | (text.empty() ? 0 : NLM_F_ACK_TLVS));
  NetlinkWriter writer(out, NLMSG_ERROR, flags, request.header, port);
  writer.put(int32_t{error});
  writer.append(error == 0 ? request.all.first(sizeof(nlmsghdr)) : request.all);
  if (!text.empty()) writer.text(NLMSGERR_ATTR_MSG, text);
}

void put_done(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port) {
  NetlinkWriter(out, NLMSG_DONE, NLM_F_MULTI, request.header, port).put(int32_t{0});
}

}  // namespace host
