// RTM_GETLINK and the ioctls of interfaces: the card's devices among those of the host, with their XDP programs.
// SPDX-License-Identifier: Apache-2.0
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>

#include <array>
#include <cerrno>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/rtnl/xdp.h"

namespace host {
namespace {

// As in linux/if.h, which cannot stand beside net/if.h.
constexpr uint32_t kLowerUp = 1 << 16;
constexpr uint8_t kOperationalDown = 2, kOperationalUp = 6;
constexpr uint32_t kTransmitQueueLength = 1000;

void put_xdp(NetlinkWriter& writer, const XdpReport& xdp) {
  constexpr std::array<uint16_t, __MAX_XDP_MODE> kIdOfMode = {
      IFLA_XDP_SKB_PROG_ID, IFLA_XDP_DRV_PROG_ID, IFLA_XDP_HW_PROG_ID};
  const size_t nested = writer.begin_nested(IFLA_XDP);
  uint32_t only = 0;
  for (size_t mode = 0; mode < kIdOfMode.size(); ++mode) {
    if (xdp.prog_id[mode] == 0) continue;
    writer.value(kIdOfMode[mode], xdp.prog_id[mode]);
    only = xdp.prog_id[mode];
  }
  writer.value(IFLA_XDP_ATTACHED, xdp.attached);
  if (only != 0 && xdp.attached != XDP_ATTACHED_MULTI) writer.value(IFLA_XDP_PROG_ID, only);
  writer.end_nested(nested);
}

uint32_t flags_of(const net_device* dev) {
  const uint32_t up = dev->is_up ? IFF_UP | IFF_RUNNING | kLowerUp : 0;
  return IFF_BROADCAST | IFF_MULTICAST | up;
}

// A device that the host's kernel does not have.
void put_link(std::vector<uint8_t>& out, const net_device* dev, const nlmsghdr& request,
              uint16_t flags, uint32_t port) {
  NetlinkWriter writer(out, RTM_NEWLINK, flags, request, port);
  ifinfomsg link = {};
  link.ifi_type = ARPHRD_ETHER;
  link.ifi_index = dev->ifindex;
  link.ifi_flags = flags_of(dev);
  const std::array<uint8_t, 6> broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  writer.put(link)
      .text(IFLA_IFNAME, dev->name)
      .value(IFLA_TXQLEN, kTransmitQueueLength)
      .value(IFLA_OPERSTATE, dev->is_up ? kOperationalUp : kOperationalDown)
      .value(IFLA_LINKMODE, uint8_t{0})
      .value(IFLA_MTU, dev->mtu)
      .value(IFLA_GROUP, uint32_t{0})
      .value(IFLA_PROMISCUITY, uint32_t{0})
      .value(IFLA_NUM_TX_QUEUES, uint32_t{1})
      .value(IFLA_NUM_RX_QUEUES, uint32_t{1})
      .value(IFLA_CARRIER, uint8_t{1})
      .text(IFLA_QDISC, "noqueue")
      .attribute(IFLA_ADDRESS, dev->dev_addr)
      .attribute(IFLA_BROADCAST, broadcast);
  put_xdp(writer, xdp_report(dev));
}

// Devices of a kind or below a master: the card's have neither.
bool wants_all(const NetlinkMessage& message) {
  const NetlinkAttributes attributes(message.body, sizeof(ifinfomsg));
  return !attributes.find(IFLA_MASTER) && !attributes.find(IFLA_LINKINFO);
}

}  // namespace

void RouteAbi::get_link(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const RtnlGuard rtnl(rtnl_mutex());
  const net_device* dev = device_of(caller.net, message);
  if (dev == nullptr) return put_error(out, message, caller.port, -ENODEV, {});
  put_link(out, dev, message.header, 0, caller.port);
  if ((message.header.nlmsg_flags & NLM_F_ACK) != 0) put_error(out, message, caller.port, 0, {});
}

// What the host's kernel answers, with our devices after its own.
void RouteAbi::list_links(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const std::vector<uint8_t> answered = caller.talk(message.all);
  const RtnlGuard rtnl(rtnl_mutex());
  for (const NetlinkMessage& link : split_messages(answered)) {
    if (link.header.nlmsg_type == NLMSG_DONE && wants_all(message)) {
      for (const net_device* dev : network_.namespace_of(caller.net)->devices)
        put_link(out, dev, message.header, NLM_F_MULTI, link.header.nlmsg_pid);
    }
    out.insert(out.end(), link.all.begin(), link.all.end());
    out.resize(NLMSG_ALIGN(out.size()));
  }
}

std::optional<int> RouteAbi::interface_ioctl(NetNamespace net, uint64_t request,
                                             std::span<uint8_t> interface) {
  ifreq value;
  if (interface.size() != sizeof value) return std::nullopt;
  std::copy(interface.begin(), interface.end(), reinterpret_cast<uint8_t*>(&value));
  value.ifr_name[IFNAMSIZ - 1] = 0;
  const RtnlGuard rtnl(rtnl_mutex());
  const net_device* dev =
      request == SIOCGIFNAME ? device(net, value.ifr_ifindex, {}) : device(net, 0, value.ifr_name);
  if (dev == nullptr) return std::nullopt;
  switch (request) {
    case SIOCGIFNAME:
      dev->name.copy(value.ifr_name, IFNAMSIZ - 1);
      break;
    case SIOCGIFINDEX:
      value.ifr_ifindex = dev->ifindex;
      break;
    case SIOCGIFMTU:
      value.ifr_mtu = static_cast<int>(dev->mtu);
      break;
    case SIOCGIFFLAGS:
      value.ifr_flags = static_cast<int16_t>(flags_of(dev) & 0xffff);
      break;
    case SIOCGIFTXQLEN:
      value.ifr_qlen = kTransmitQueueLength;
      break;
    case SIOCGIFHWADDR:
      value.ifr_hwaddr.sa_family = ARPHRD_ETHER;
      std::copy(dev->dev_addr.begin(), dev->dev_addr.end(), value.ifr_hwaddr.sa_data);
      break;
    default:
      return -EOPNOTSUPP;  // changes come by netlink
  }
  const auto* raw = reinterpret_cast<const uint8_t*>(&value);
  std::copy(raw, raw + sizeof value, interface.begin());
  return 0;
}

}  // namespace host
