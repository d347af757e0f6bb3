// RTM_SETLINK and RTM_NEWLINK on a device of the card: state, MTU, name, network namespace, XDP programs.
// SPDX-License-Identifier: Apache-2.0
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cerrno>

#include "host-driver/rtnl/netlink/policy.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/rtnl/refuse.h"
#include "host-driver/rtnl/xdp.h"

namespace host {
namespace {

// As the kernel, but for a pattern such as eth%d, which it fills in.
bool is_valid_name(const std::string& name) {
  return name.size() < IFNAMSIZ && name != "." && name != ".." &&
         name.find_first_of("/: \t\n\v\f\r%") == std::string::npos;
}

int rename_device(net_device* dev, const std::string& name) {
  if (name.empty() || name == dev->name) return 0;
  if (!is_valid_name(name)) return -EINVAL;
  if (dev_get_by_name(dev->nd_net, name) != nullptr) return -EEXIST;
  dev->name = name;
  return 0;
}

int check_flags(const NetlinkMessage& message) {
  if (message.header.nlmsg_type != RTM_NEWLINK) return 0;
  if ((message.header.nlmsg_flags & NLM_F_EXCL) != 0) return -EEXIST;
  return (message.header.nlmsg_flags & NLM_F_REPLACE) != 0 ? -EOPNOTSUPP : 0;
}

}  // namespace

// In the kernel's order: what comes before an error stays.
int RouteAbi::set_link(const NetlinkMessage& message, const RouteReferences& found, net_device* dev,
                       netlink_ext_ack* extack) {
  const NetlinkAttributes attributes(message.body, sizeof(ifinfomsg));
  const auto link = leading<ifinfomsg>(message.body);
  if (const int failed = check_link_attributes(attributes); failed != 0)
    return refuse(extack, kFailedPolicy, -failed);
  if (link.ifi_index < 0 && message.header.nlmsg_type == RTM_NEWLINK)
    return refuse(extack, "ifindex can't be negative", EINVAL);
  int failed = found.error != 0 ? found.error : check_flags(message);
  if (failed == 0 && found.net)
    failed = network_.change_net_namespace(dev, network_.namespace_of(*found.net));
  if (failed != 0) return failed;
  const auto mtu = attributes.u32(IFLA_MTU);
  if (mtu && *mtu != dev->mtu) failed = network_.set_mtu(dev, *mtu, extack);
  if (failed == 0) failed = rename_device(dev, attributes.text(IFLA_IFNAME));
  if (failed != 0) return failed;
  // The kernel takes a mask of 0 for all flags that the message sets.
  const uint32_t changes = link.ifi_change != 0 ? link.ifi_change : link.ifi_flags;
  if ((changes & IFF_UP) != 0) dev->is_up = (link.ifi_flags & IFF_UP) != 0;
  if (found.prog_error != 0) return found.prog_error;
  return found.sets_xdp ? dev_change_xdp(dev, extack, found.prog, found.expected, found.xdp_flags)
                        : 0;
}

}  // namespace host
