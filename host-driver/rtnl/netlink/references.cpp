// From numbers in a message to objects, with the kernel's checks and errors.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/references.h"

#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>

#include "host-driver/rtnl/netlink/policy.h"

namespace host {
namespace {

// Programs of a device are to be had only where its driver runs them.
int prog_of(const RouteCaller& caller, int fd, bpf_prog_type type, bool by_driver, ProgRef* out) {
  const std::optional<ObjectFile> file = caller.identify(fd);
  if (!file) return -EBADF;
  const auto* prog = std::get_if<ProgRef>(&file->object);
  if (prog == nullptr || (*prog)->type != type) return -EINVAL;
  if (!by_driver && bpf_prog_is_dev_bound((*prog)->aux.get())) return -EINVAL;
  *out = *prog;
  return 0;
}

// Namespaces are files of one file system.
int namespace_of_fd(const RouteCaller& caller, int fd, std::optional<NetNamespace>* out) {
  *out = caller.namespace_of(fd);
  if (!*out) return -EBADF;
  return (*out)->dev == caller.net.dev ? 0 : -EINVAL;
}

int namespace_of_process(uint32_t pid, std::optional<NetNamespace>* out) {
  struct stat status = {};
  if (stat(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), &status) != 0) return -ESRCH;
  *out = NetNamespace{status.st_dev, status.st_ino};
  return 0;
}

int namespace_reference(const RouteCaller& caller, const NetlinkAttributes& attributes,
                        std::optional<NetNamespace>* out) {
  const auto pid = attributes.u32(IFLA_NET_NS_PID), fd = attributes.u32(IFLA_NET_NS_FD);
  if (pid && fd) return -EINVAL;
  if (pid) return namespace_of_process(*pid, out);
  return fd ? namespace_of_fd(caller, static_cast<int>(*fd), out) : 0;
}

// A negative descriptor: none.
int xdp_prog_of(const RouteCaller& caller, uint32_t fd, bool by_driver, ProgRef* out) {
  const auto number = static_cast<int>(fd);
  return number < 0 ? 0 : prog_of(caller, number, BPF_PROG_TYPE_XDP, by_driver, out);
}

int xdp_references(const RouteCaller& caller, Bytes nested, RouteReferences* found) {
  const NetlinkAttributes xdp(nested);
  if (const int failed = check_xdp_attributes(xdp); failed != 0) return failed;
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
  const int failed = xdp_prog_of(caller, *fd, by_driver, &found->prog);
  if (failed != 0 || !replaces) return failed;
  return xdp_prog_of(caller, *expected_fd, by_driver, &found->expected);
}

}  // namespace

RouteReferences link_references(const RouteCaller& caller, const NetlinkMessage& message) {
  RouteReferences found;
  const NetlinkAttributes attributes(message.body, sizeof(ifinfomsg));
  found.error = namespace_reference(caller, attributes, &found.net);
  if (const std::optional<Bytes> xdp = attributes.find(IFLA_XDP))
    found.prog_error = xdp_references(caller, *xdp, &found);
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
    found.prog_error =
        prog_of(caller, static_cast<int>(*fd), BPF_PROG_TYPE_SCHED_CLS, by_driver, &found.prog);
  return found;
}

}  // namespace host
