// The kernel's order of checks when an XDP program is attached, and what is told of attached ones.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/xdp.h"

#include <linux/if_link.h>

#include <bit>
#include <cassert>
#include <cerrno>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/refuse.h"

namespace host {

namespace {

const ProgRef& prog_of(const net_device* dev, bpf_xdp_mode mode) {
  const bpf_xdp_entity& entity = dev->xdp_state[mode];
  return entity.link != nullptr ? entity.link->prog : entity.prog;
}

unsigned attached_count(const net_device* dev) {
  unsigned n = 0;
  for (int mode = 0; mode < __MAX_XDP_MODE; ++mode)
    n += prog_of(dev, static_cast<bpf_xdp_mode>(mode)) != nullptr;
  return n;
}

bpf_xdp_mode mode_of(const net_device* dev, uint32_t flags) {
  if ((flags & XDP_FLAGS_HW_MODE) != 0) return XDP_MODE_HW;
  if ((flags & XDP_FLAGS_DRV_MODE) != 0) return XDP_MODE_DRV;
  if ((flags & XDP_FLAGS_SKB_MODE) != 0) return XDP_MODE_SKB;
  return dev->netdev_ops->ndo_bpf != nullptr ? XDP_MODE_DRV : XDP_MODE_SKB;
}

bool can_install(const net_device* dev, bpf_xdp_mode mode) {
  return mode == XDP_MODE_SKB || dev->netdev_ops->ndo_bpf != nullptr;
}

// Generic XDP is the host's own: no driver is asked.
int install(net_device* dev, bpf_xdp_mode mode, netlink_ext_ack* extack, uint32_t flags,
            const ProgRef& prog) {
  if (mode == XDP_MODE_SKB) return 0;
  netdev_bpf request;
  request.command = mode == XDP_MODE_HW ? XDP_SETUP_PROG_HW : XDP_SETUP_PROG;
  request.flags = flags;
  request.prog = prog;
  request.extack = extack;
  return dev->netdev_ops->ndo_bpf(dev, &request);
}

int check_request(const net_device* dev, netlink_ext_ack* extack, const bpf_link* link,
                  const ProgRef& expected, uint32_t flags) {
  const int modes = std::popcount(flags & XDP_FLAGS_MODES);
  if (link != nullptr && (flags & ~static_cast<uint32_t>(XDP_FLAGS_MODES)) != 0)
    return refuse(extack, "Invalid XDP flags for BPF link attachment", EINVAL);
  if (modes > 1) return refuse(extack, "Only one XDP mode flag can be set", EINVAL);
  if (modes == 0 && attached_count(dev) > 1)
    return refuse(extack, "More than one program loaded, unset mode is ambiguous", EINVAL);
  if (expected && (flags & XDP_FLAGS_REPLACE) == 0)
    return refuse(extack, "XDP_FLAGS_REPLACE is not specified", EINVAL);
  return 0;
}

int check_current(const net_device* dev, netlink_ext_ack* extack, const bpf_link* link,
                  const ProgRef& expected, uint32_t flags) {
  const bpf_xdp_mode mode = mode_of(dev, flags);
  const ProgRef& current = prog_of(dev, mode);
  if (dev->xdp_state[mode].link != nullptr)
    return refuse(extack, "Can't replace active BPF XDP link", EBUSY);
  if (link != nullptr && current)
    return refuse(extack, "Can't replace active XDP program with BPF link", EBUSY);
  if ((flags & XDP_FLAGS_REPLACE) != 0 && current != expected)
    return refuse(extack, "Active program does not match expected", EEXIST);
  return 0;
}

int check_new(const net_device* dev, netlink_ext_ack* extack, const bpf_prog& prog,
              uint32_t flags) {
  const bpf_xdp_mode mode = mode_of(dev, flags);
  const bpf_xdp_mode other = mode == XDP_MODE_SKB ? XDP_MODE_DRV : XDP_MODE_SKB;
  if ((flags & XDP_FLAGS_UPDATE_IF_NOEXIST) != 0 && prog_of(dev, mode))
    return refuse(extack, "XDP program already attached", EBUSY);
  if (mode != XDP_MODE_HW && prog_of(dev, other))
    return refuse(extack, "Native and generic XDP can't be active at the same time", EEXIST);
  if (mode != XDP_MODE_HW && bpf_prog_is_dev_bound(prog.aux.get()))
    return refuse(extack, "Using device-bound program without HW_MODE flag is not supported",
                  EINVAL);
  if (prog.expected_attach_type == BPF_XDP_DEVMAP)
    return refuse(extack, "BPF_XDP_DEVMAP programs can not be attached to a device", EINVAL);
  if (prog.expected_attach_type == BPF_XDP_CPUMAP)
    return refuse(extack, "BPF_XDP_CPUMAP programs can not be attached to a device", EINVAL);
  return 0;
}

int attach(net_device* dev, netlink_ext_ack* extack, bpf_link* link, const ProgRef& prog,
           const ProgRef& expected, uint32_t flags) {
  if (const int error = check_request(dev, extack, link, expected, flags); error != 0) return error;
  if (const int error = check_current(dev, extack, link, expected, flags); error != 0) return error;
  if (prog) {
    if (const int error = check_new(dev, extack, *prog, flags); error != 0) return error;
  }
  const bpf_xdp_mode mode = mode_of(dev, flags);
  if (prog != prog_of(dev, mode)) {
    if (!can_install(dev, mode))
      return refuse(extack, "Underlying driver does not support XDP in native mode", EOPNOTSUPP);
    if (const int error = install(dev, mode, extack, flags, prog); error != 0) return error;
  }
  dev->xdp_state[mode] = link != nullptr ? bpf_xdp_entity{{}, link} : bpf_xdp_entity{prog, nullptr};
  return 0;
}

void uninstall(net_device* dev, bpf_xdp_mode mode) {
  [[maybe_unused]] const int error = install(dev, mode, nullptr, 0, {});
  assert(error == 0 && "a driver can always remove a program");
  if (bpf_link* link = dev->xdp_state[mode].link; link != nullptr) link->dev = nullptr;
  dev->xdp_state[mode] = {};
}

}  // namespace

int dev_change_xdp(net_device* dev, netlink_ext_ack* extack, const ProgRef& prog,
                   const ProgRef& expected, uint32_t flags) {
  if ((flags & ~static_cast<uint32_t>(XDP_FLAGS_MASK)) != 0) return -EINVAL;
  const bool is_generic = mode_of(dev, flags) == XDP_MODE_SKB;
  for (const ProgRef* given : {&prog, &expected}) {
    if (!*given) continue;
    if ((*given)->type != BPF_PROG_TYPE_XDP) return -EINVAL;
    if (is_generic && bpf_prog_is_dev_bound((*given)->aux.get())) return -EINVAL;
  }
  return attach(dev, extack, nullptr, prog, expected, flags);
}

void dev_xdp_uninstall(net_device* dev) {
  for (int i = 0; i < __MAX_XDP_MODE; ++i) {
    const auto mode = static_cast<bpf_xdp_mode>(i);
    if (prog_of(dev, mode)) uninstall(dev, mode);
  }
}

XdpReport xdp_report(const net_device* dev) {
  constexpr uint8_t kNone = XDP_ATTACHED_NONE, kMulti = XDP_ATTACHED_MULTI,
                    kAttached[] = {XDP_ATTACHED_SKB, XDP_ATTACHED_DRV, XDP_ATTACHED_HW};
  XdpReport report;
  for (int mode = 0; mode < __MAX_XDP_MODE; ++mode) {
    const ProgRef& prog = prog_of(dev, static_cast<bpf_xdp_mode>(mode));
    if (!prog) continue;
    report.prog_id[static_cast<size_t>(mode)] = prog->aux->id;
    report.attached = report.attached == kNone ? kAttached[mode] : kMulti;
  }
  return report;
}

int xdp_link_attach(bpf_link* link, net_device* dev, netlink_ext_ack* extack) {
  const int error = attach(dev, extack, link, link->prog, {}, link->flags);
  if (error == 0) link->dev = dev;
  return error;
}

int xdp_link_update(bpf_link* link, const ProgRef& prog, const ProgRef& expected) {
  const RtnlGuard rtnl(rtnl_mutex());
  if (link->dev == nullptr) return -ENOLINK;
  if (expected && link->prog != expected) return -EPERM;
  if (prog->type != link->prog->type ||
      prog->expected_attach_type != link->prog->expected_attach_type)
    return -EINVAL;
  if (prog == link->prog) return 0;
  const bpf_xdp_mode mode = mode_of(link->dev, link->flags);
  if (const int error = install(link->dev, mode, nullptr, link->flags, prog); error != 0)
    return error;
  link->prog = prog;
  return 0;
}

void xdp_link_detach(bpf_link* link) {
  const RtnlGuard rtnl(rtnl_mutex());
  if (link->dev != nullptr) uninstall(link->dev, mode_of(link->dev, link->flags));
}

}  // namespace host
