// rtnetlink of the simulated kernel: the messages with which ip, tc and libbpf reach the card's network devices.
// SPDX-License-Identifier: Apache-2.0
//
// Everything else belongs to the host's kernel, which is asked over the caller's own socket; so are dumps of links, into
// which the card's devices are then written.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "host-driver/rtnl/netlink/wire.h"
#include "host-driver/rtnl/network.h"

namespace host {

// Who sent a datagram, for the time of its handling.
struct RouteCaller {
  NetNamespace net;
  uint32_t port = 0;  // of the socket
  bool may_admin =
      true;  // otherwise every change is EPERM, as the kernel says without CAP_NET_ADMIN
  bool may_change_host =
      false;             // otherwise whatever would change other devices is refused with EPERM
  bool promote = false;  // XDP is attached to the hardware, whatever mode was asked for
  std::function<std::optional<ObjectFile>(int fd)> identify;  // as in Caller
  std::function<std::optional<NetNamespace>(int fd)>
      namespace_of;                                         // of a descriptor of /proc/PID/ns/net
  std::function<std::vector<uint8_t>(Bytes message)> talk;  // what the host's kernel answers
};

// What a message refers to by numbers of the caller's process, looked up before RTNL is taken: the caller may be slow.
struct RouteReferences {
  int error = 0;       // of the look-up of a namespace
  int prog_error = 0;  // of that of programs, which the kernel comes to later
  ProgRef prog, expected;
  std::optional<NetNamespace> net;
  uint32_t xdp_flags = 0;
  bool sets_xdp = false;
};

class RouteAbi {
 public:
  explicit RouteAbi(Network& network) : network_(network) {}

  // What the socket is to receive; nullopt: nothing in it is for us, the host's kernel may have it as it is.
  std::optional<std::vector<uint8_t>> request(const RouteCaller& caller, Bytes datagram);

  // SIOCGIF*: fills in `interface`, a struct ifreq; 0 or -errno, EOPNOTSUPP of SIOCSIF*. nullopt: not about our devices.
  std::optional<int> interface_ioctl(NetNamespace net, uint64_t request,
                                     std::span<uint8_t> interface);

 private:
  using Out = std::vector<uint8_t>;
  enum class Verdict { kHost, kOurs, kRefused };

  // RTNL is held, but for what talks to the host's kernel.
  net_device* device(NetNamespace net, int ifindex, const std::string& name);
  net_device* device_of(NetNamespace net, const NetlinkMessage& message);
  Verdict judge(const RouteCaller& caller, const NetlinkMessage& message);
  void answer(const RouteCaller& caller, const NetlinkMessage& message, Out& out);
  void change(const RouteCaller& caller, const NetlinkMessage& message, Out& out);

  void get_link(const RouteCaller& caller, const NetlinkMessage& message, Out& out);
  void list_links(const RouteCaller& caller, const NetlinkMessage& message, Out& out);
  int set_link(const NetlinkMessage& message, const RouteReferences& found, net_device* dev,
               netlink_ext_ack* extack);
  void get_qdiscs(const RouteCaller& caller, const NetlinkMessage& message, Out& out);
  int change_qdisc(const NetlinkMessage& message, net_device* dev, netlink_ext_ack* extack);
  // Whether filters at this parent are at the ingress: of clsact by one number, of the qdisc ingress by any below it.
  bool is_at_ingress(const net_device* dev, uint32_t parent) const;
  int add_qdisc(const NetlinkMessage& message, net_device* dev, netlink_ext_ack* extack);
  int delete_qdisc(const NetlinkMessage& message, net_device* dev, netlink_ext_ack* extack);
  void get_filters(const RouteCaller& caller, const NetlinkMessage& message, Out& out);
  int change_filter(const NetlinkMessage& message, const RouteReferences& found, net_device* dev,
                    netlink_ext_ack* extack);

  Network& network_;
  // By index, of devices that an ingress qdisc was ever asked for: the kind it was added by, "noop" when there is none. Under RTNL.
  std::map<int, std::string> ingress_kinds_;
};

}  // namespace host
