// XDP programs on a device: the attach algorithm of the kernel with its three modes, and links.
// SPDX-License-Identifier: Apache-2.0
//
// RTNL is held, but where it says otherwise. Flags are XDP_FLAGS_* of linux/if_link.h, errors negative errno with the kernel's
// texts in extack.
#pragma once

#include <array>
#include <cstdint>

#include "host-driver/netdev_offload.h"

namespace host {

// Attaches `prog`, or detaches when it is none. `expected`: with XDP_FLAGS_REPLACE what must be there now, may be none.
int dev_change_xdp(net_device* dev, netlink_ext_ack* extack, const ProgRef& prog,
                   const ProgRef& expected, uint32_t flags);

// Removes the programs of all modes and detaches their links.
void dev_xdp_uninstall(net_device* dev);

// XDP_ATTACHED_* of linux/if_link.h, and the ids.
struct XdpReport {
  uint8_t attached = 0;
  std::array<uint32_t, __MAX_XDP_MODE> prog_id{};  // by bpf_xdp_mode; 0: none
};
XdpReport xdp_report(const net_device* dev);

// `link` has prog and flags, and dev afterwards.
int xdp_link_attach(bpf_link* link, net_device* dev, netlink_ext_ack* extack);
// Takes RTNL. ENOLINK: detached; EPERM: `expected` is not what is there; EINVAL: of another type or device.
int xdp_link_update(bpf_link* link, const ProgRef& prog, const ProgRef& expected);
// Takes RTNL. Nothing to do when it is detached.
void xdp_link_detach(bpf_link* link);

}  // namespace host
