// Netlink messages byte by byte, as no correct writer makes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/interpose/route_twins.h"

namespace host_test {

using Buffer = std::vector<uint8_t>;

template <typename T>
inline Buffer raw(const T& value) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  return {bytes, bytes + sizeof value};
}
inline Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Buffer attr(uint16_t type, Buffer bytes) {
  Buffer out = raw(nlattr{static_cast<uint16_t>(sizeof(nlattr) + bytes.size()), type}) + bytes;
  out.resize(NLA_ALIGN(out.size()));
  return out;
}
inline Buffer u32(uint16_t type, uint32_t value) { return attr(type, raw(value)); }
inline Buffer fd(uint16_t type, int value) { return attr(type, raw(value)); }
inline Buffer text(uint16_t type, std::string value) {
  return attr(type, Buffer(value.c_str(), value.c_str() + value.size() + 1));
}

inline Buffer message(uint16_t type, uint16_t flags, const Buffer& body) {
  const auto bytes = static_cast<uint32_t>(sizeof(nlmsghdr) + body.size());
  return raw(nlmsghdr{bytes, type, flags, 1, 0}) + body;
}
inline constexpr uint16_t kAsk = NLM_F_REQUEST | NLM_F_ACK, kCreate = NLM_F_CREATE | NLM_F_EXCL;

inline Buffer link_head(int index = RouteTwins::kIndex) {
  ifinfomsg head = {};
  head.ifi_index = index;
  return raw(head);
}
inline Buffer set_link(const Buffer& attributes, uint16_t type = RTM_SETLINK, uint16_t flags = 0,
                       int index = RouteTwins::kIndex) {
  return message(type, kAsk | flags, link_head(index) + attributes);
}

inline constexpr uint32_t kIngress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), kAll = 0x0300;
inline Buffer tc_head(uint32_t parent, uint32_t info, uint32_t handle = 0) {
  tcmsg head = {};
  head.tcm_ifindex = RouteTwins::kIndex;
  head.tcm_parent = parent;
  head.tcm_info = info;
  head.tcm_handle = handle;
  return raw(head);
}
inline Buffer qdisc(uint16_t type, uint16_t flags, const Buffer& attributes,
                    uint32_t parent = TC_H_CLSACT, uint32_t handle = TC_H_MAKE(TC_H_CLSACT, 0)) {
  return message(type, kAsk | flags, tc_head(parent, 0, handle) + attributes);
}
inline Buffer filter(const Buffer& options, uint16_t flags = kCreate) {
  return message(RTM_NEWTFILTER, kAsk | flags,
                 tc_head(kIngress, kAll) + text(TCA_KIND, "bpf") + attr(TCA_OPTIONS, options));
}

}  // namespace host_test
