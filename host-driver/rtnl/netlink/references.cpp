// From numbers in a message to objects, with the kernel's checks and errors.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/references.h"

#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>

namespace host {
namespace {

// Programs of a device are to be had only where its driver runs them.
int prog_of(const RouteCaller& caller, int fd, bpf_prog_type type, bool by_driver, ProgRef* out) {
  if (fd < 0) return 0;
  const std::optional<ObjectFile> file = caller.identify(fd);
  if (!file) return -EBADF;
  const auto* prog = std::get_if<ProgRef>(&file->object);
  if (prog == nullptr || (*prog)->type != type) return -EINVAL;
  if (!by_driver && bpf_prog_is_dev_bound((*prog)->aux.get())) return -EINVAL;
  *out = *prog;
  return 0;
}

// An inode of 0: there is no such namespace.
std::optional<NetNamespace> namespace_of(const RouteCaller& caller,
                                         const NetlinkAttributes& attributes) {
  if (const auto fd = attributes.u32(IFLA_NET_NS_FD))
    return caller.namespace_of(static_cast<int>(*fd)).value_or(NetNamespace{});
  const auto pid = attributes.u32(IFLA_NET_NS_PID);
  if (!pid) return std::nullopt;
  struct stat status = {};
  if (stat(("/proc/" + std::to_string(*pid) + "/ns/net").c_str(), &status) != 0)
    return NetNamespace{};
  return NetNamespace{status.st_dev, status.st_ino};
}

int xdp_references(const RouteCaller& caller, Bytes nested, RouteReferences* found) {
  const NetlinkAttributes xdp(nested);
  if (xdp.find(IFLA_XDP_ATTACHED) || xdp.find(IFLA_XDP_PROG_ID)) return -EINVAL;
  uint32_t flags = xdp.u32(IFLA_XDP_FLAGS).value_or(0);
  if ((flags & ~uint32_t{XDP_FLAGS_MASK}) != 0 || std::popcount(flags & XDP_FLAGS_MODES) > 1)
    return -EINVAL;
  if (caller.promote) flags = (flags & ~uint32_t{XDP_FLAGS_MODES}) | XDP_FLAGS_HW_MODE;
  const std::optional<uint32_t> fd = xdp.u32(IFLA_XDP_FD);
  const std::optional<uint32_t> expected_fd = xdp.u32(IFLA_XDP_EXPECTED_FD);
  if (!fd) return 0;
  const bool replaces = (flags & XDP_FLAGS_REPLACE) != 0;
  if (replaces && !expected_fd) return -EINVAL;
  found->xdp_flags = flags;
  found->sets_xdp = true;
  const bool by_driver = (flags & XDP_FLAGS_SKB_MODE) == 0;
  const int failed =
      prog_of(caller, static_cast<int>(*fd), BPF_PROG_TYPE_XDP, by_driver, &found->prog);
  if (failed != 0 || !replaces) return failed;
  return prog_of(caller, static_cast<int>(*expected_fd), BPF_PROG_TYPE_XDP, by_driver,
                 &found->expected);
}

}  // namespace

RouteReferences link_references(const RouteCaller& caller, const NetlinkMessage& message) {
  RouteReferences found;
  const NetlinkAttributes attributes(message.body, sizeof(ifinfomsg));
  found.net = namespace_of(caller, attributes);
  if (found.net && found.net->ino == 0) found.error = -EINVAL;
  if (const std::optional<Bytes> xdp = attributes.find(IFLA_XDP); xdp && found.error == 0)
    found.error = xdp_references(caller, *xdp, &found);
  return found;
}

RouteReferences filter_references(const RouteCaller& caller, const NetlinkMessage& message) {
  RouteReferences found;
  const std::optional<Bytes> nested =
      NetlinkAttributes(message.body, sizeof(tcmsg)).find(TCA_OPTIONS);
  if (!nested) return found;
  const NetlinkAttributes options(*nested);
  const bool by_driver = (options.u32(TCA_BPF_FLAGS_GEN).value_or(0) & TCA_CLS_FLAGS_SKIP_SW) != 0;
  if (const auto fd = options.u32(TCA_BPF_FD))
    found.error =
        prog_of(caller, static_cast<int>(*fd), BPF_PROG_TYPE_SCHED_CLS, by_driver, &found.prog);
  return found;
}

}  // namespace host
