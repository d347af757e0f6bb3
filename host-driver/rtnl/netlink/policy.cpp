// The rules: one table a nest of attributes.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/policy.h"

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

namespace host {
namespace {

enum class Kind { kNumber, kText, kEndedText, kNested, kBinary };

struct Rule {
  uint16_t type;
  Kind kind;
  size_t bytes;  // a number's least; a text's most without its end, 0 for any; a binary's most
};

constexpr Rule kLink[] = {
    {IFLA_IFNAME, Kind::kText, IFNAMSIZ - 1},
    {IFLA_ALT_IFNAME, Kind::kText, 127},
    {IFLA_MTU, Kind::kNumber, 4},
    {IFLA_NET_NS_PID, Kind::kNumber, 4},
    {IFLA_NET_NS_FD, Kind::kNumber, 4},
    {IFLA_XDP, Kind::kNested, 0},
};

constexpr Rule kXdp[] = {
    {IFLA_XDP_FD, Kind::kNumber, 4},
    {IFLA_XDP_ATTACHED, Kind::kNumber, 1},
    {IFLA_XDP_FLAGS, Kind::kNumber, 4},
    {IFLA_XDP_PROG_ID, Kind::kNumber, 4},
};

constexpr Rule kTrafficControl[] = {
    {TCA_KIND, Kind::kText, 0},           {TCA_RATE, Kind::kBinary, sizeof(tc_estimator)},
    {TCA_STAB, Kind::kNested, 0},         {TCA_DUMP_INVISIBLE, Kind::kBinary, 0},
    {TCA_CHAIN, Kind::kNumber, 4},        {TCA_INGRESS_BLOCK, Kind::kNumber, 4},
    {TCA_EGRESS_BLOCK, Kind::kNumber, 4},
};

constexpr size_t kMostNameBytes = 256, kMostClassicInsns = BPF_MAXINSNS;
constexpr Rule kBpfFilter[] = {
    {TCA_BPF_CLASSID, Kind::kNumber, 4},
    {TCA_BPF_FLAGS, Kind::kNumber, 4},
    {TCA_BPF_FLAGS_GEN, Kind::kNumber, 4},
    {TCA_BPF_FD, Kind::kNumber, 4},
    {TCA_BPF_NAME, Kind::kEndedText, kMostNameBytes},
    {TCA_BPF_OPS_LEN, Kind::kNumber, 2},
    {TCA_BPF_OPS, Kind::kBinary, kMostClassicInsns * sizeof(sock_filter)},
};

int check_text(const Rule& rule, Bytes text) {
  if (text.empty()) return -ERANGE;
  const size_t length = text.size() - (text.back() == 0 ? 1 : 0);
  return rule.bytes != 0 && length > rule.bytes ? -ERANGE : 0;
}

int check(const Rule& rule, Bytes bytes) {
  switch (rule.kind) {
    case Kind::kNumber:
      return bytes.size() < rule.bytes ? -ERANGE : 0;
    case Kind::kEndedText: {
      const Bytes head = bytes.first(std::min(bytes.size(), rule.bytes + 1));
      return std::ranges::find(head, uint8_t{0}) == head.end() ? -EINVAL : check_text(rule, bytes);
    }
    case Kind::kText:
      return check_text(rule, bytes);
    case Kind::kNested:
      return !bytes.empty() && bytes.size() < sizeof(nlattr) ? -ERANGE : 0;
    case Kind::kBinary:
      return bytes.size() > rule.bytes ? -ERANGE : 0;
  }
  return 0;
}

int check_all(const NetlinkAttributes& attributes, std::span<const Rule> rules) {
  int error = 0;
  attributes.for_each([&](uint16_t type, Bytes bytes) {
    const auto rule = std::ranges::find(rules, type, &Rule::type);
    if (error == 0 && rule != rules.end()) error = check(*rule, bytes);
  });
  return error;
}

}  // namespace

int check_link_attributes(const NetlinkAttributes& attributes) {
  return check_all(attributes, kLink);
}
int check_xdp_attributes(const NetlinkAttributes& nested) { return check_all(nested, kXdp); }
int check_traffic_control_attributes(const NetlinkAttributes& attributes) {
  return check_all(attributes, kTrafficControl);
}
int check_bpf_filter_attributes(const NetlinkAttributes& nested) {
  return check_all(nested, kBpfFilter);
}

}  // namespace host
