// Which messages are ours, which the host's kernel gets, and which nobody may send.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/route.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/netlink/references.h"
#include "host-driver/rtnl/refuse.h"

namespace host {
namespace {

constexpr std::string_view kRefused =
    "the network of the host stays as it is: `millrace exec --hybrid` may change it";

bool is_change(uint16_t type) {
  // The kernel numbers its messages in fours: new, delete, get, set.
  return type >= RTM_BASE && (type & 3) != (RTM_GETLINK & 3);
}

bool is_deletion(uint16_t type) { return (type & 3) == (RTM_DELLINK & 3); }
constexpr uint16_t kBulk = 0x200;  // NLM_F_BULK of Linux 5.19; headers may be older

bool is_link(uint16_t type) { return type >= RTM_NEWLINK && type <= RTM_SETLINK; }

bool is_address(uint16_t type) { return type >= RTM_NEWADDR && type <= RTM_GETADDR; }

bool is_traffic_control(uint16_t type) {
  return (type >= RTM_NEWQDISC && type <= RTM_GETTFILTER) ||
         (type >= RTM_NEWCHAIN && type <= RTM_GETCHAIN);
}

// Of the structure in front of the attributes; 0: not one of ours.
size_t header_bytes(uint16_t type) {
  if (is_link(type)) return sizeof(ifinfomsg);
  if (is_traffic_control(type)) return sizeof(tcmsg);
  return is_address(type) ? sizeof(ifaddrmsg) : 0;
}

// ip asks with it whether the kernel knows the message; without index, name and attributes it changes nothing.
bool is_probe(const NetlinkMessage& message) {
  const auto link = leading<ifinfomsg>(message.body);
  return message.header.nlmsg_type == RTM_NEWLINK && link.ifi_index == 0 &&
         message.body.size() <= sizeof link && (message.header.nlmsg_flags & NLM_F_CREATE) == 0;
}

}  // namespace

net_device* RouteAbi::device(NetNamespace net, int ifindex, const std::string& name) {
  const host::net* ns = network_.namespace_of(net);
  return ifindex > 0 ? dev_get_by_index(ns, ifindex) : dev_get_by_name(ns, name);
}

// A message that ends within its header names no device.
net_device* RouteAbi::device_of(NetNamespace net, const NetlinkMessage& message) {
  const uint16_t type = message.header.nlmsg_type;
  if (message.body.size() < header_bytes(type)) return nullptr;
  if (is_link(type)) {
    const auto link = leading<ifinfomsg>(message.body);
    const NetlinkAttributes attributes(message.body, sizeof link);
    std::string name = attributes.text(IFLA_IFNAME);
    if (name.empty()) name = attributes.text(IFLA_ALT_IFNAME);
    return device(net, link.ifi_index, name);
  }
  if (is_traffic_control(type)) return device(net, leading<tcmsg>(message.body).tcm_ifindex, {});
  if (is_address(type))
    return device(net, static_cast<int>(leading<ifaddrmsg>(message.body).ifa_index), {});
  return nullptr;
}

RouteAbi::Verdict RouteAbi::judge(const RouteCaller& caller, const NetlinkMessage& message) {
  const uint16_t type = message.header.nlmsg_type;
  // The kernel acknowledges these, and does nothing.
  if ((message.header.nlmsg_flags & NLM_F_REQUEST) == 0 || message.body.empty())
    return Verdict::kHost;
  if (is_change(type) && message.body.size() < header_bytes(type)) return Verdict::kOurs;
  const RtnlGuard rtnl(rtnl_mutex());
  if (device_of(caller.net, message) != nullptr) return Verdict::kOurs;
  if ((type == RTM_GETLINK || type == RTM_GETQDISC) && message.is_dump() &&
      !network_.namespace_of(caller.net)->devices.empty())
    return Verdict::kOurs;
  return is_change(type) && !caller.may_change_host && !is_probe(message) ? Verdict::kRefused
                                                                          : Verdict::kHost;
}

void RouteAbi::answer(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  switch (message.header.nlmsg_type) {
    case RTM_GETLINK:
      return message.is_dump() ? list_links(caller, message, out) : get_link(caller, message, out);
    case RTM_GETQDISC:
      return get_qdiscs(caller, message, out);
    case RTM_GETTFILTER:
      return get_filters(caller, message, out);
    case RTM_GETADDR:  // of a device that the host does not have: there are none
    case RTM_GETTCLASS:
    case RTM_GETCHAIN:
      return put_done(out, message, caller.port);
    default:
      return change(caller, message, out);
  }
}

void RouteAbi::change(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const uint16_t type = message.header.nlmsg_type;
  const bool is_set_link = type == RTM_NEWLINK || type == RTM_SETLINK;
  RouteReferences found;
  if (is_set_link) found = link_references(caller, message);
  if (type == RTM_NEWTFILTER) found = filter_references(caller, message);
  netlink_ext_ack extack;
  int result = -EOPNOTSUPP;
  {
    const RtnlGuard rtnl(rtnl_mutex());
    net_device* dev = device_of(caller.net, message);
    if (!caller.may_admin) {
      result = -EPERM;
    } else if (is_deletion(type) && (message.header.nlmsg_flags & kBulk) != 0) {
      result = refuse(&extack, "Bulk delete is not supported", EOPNOTSUPP);
    } else if (message.body.size() < header_bytes(type)) {
      result = refuse(&extack, "Invalid header length", EINVAL);
    } else if (dev == nullptr) {
      result = -ENODEV;
    } else if (is_set_link) {
      result = set_link(message, found, dev, &extack);
    } else if (type == RTM_NEWQDISC || type == RTM_DELQDISC) {
      result = change_qdisc(message, dev, &extack);
    } else if (type == RTM_NEWTFILTER || type == RTM_DELTFILTER) {
      result = change_filter(message, found, dev, &extack);
    } else {
      nl_set_err_msg(&extack, "a simulated card without a tap has no such thing");
    }
  }
  if (result != 0 || (message.header.nlmsg_flags & NLM_F_ACK) != 0)
    put_error(out, message, caller.port, result, extack.msg);
}

std::optional<std::vector<uint8_t>> RouteAbi::request(const RouteCaller& caller, Bytes datagram) {
  const std::vector<NetlinkMessage> messages = split_messages(datagram);
  std::vector<Verdict> verdicts;
  for (const NetlinkMessage& message : messages) verdicts.push_back(judge(caller, message));
  if (std::all_of(verdicts.begin(), verdicts.end(),
                  [](Verdict verdict) { return verdict == Verdict::kHost; }))
    return std::nullopt;
  Out out;
  for (size_t i = 0; i < messages.size(); ++i) {
    const NetlinkMessage& message = messages[i];
    if (verdicts[i] == Verdict::kRefused) {
      put_error(out, message, caller.port, -EPERM, kRefused);
    } else if (verdicts[i] == Verdict::kOurs) {
      answer(caller, message, out);
    } else {
      const std::vector<uint8_t> answered = caller.talk(message.all);
      out.insert(out.end(), answered.begin(), answered.end());
    }
  }
  return out;
}

}  // namespace host
