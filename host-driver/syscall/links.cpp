// Links of XDP programs, and the older ways of attaching, which take none of the programs that are offered here.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/network.h"
#include "host-driver/rtnl/xdp.h"
#include "host-driver/syscall/call.h"

namespace host {

namespace {

// Replaces bpf_link_settle(): a link that could not be given to the caller is detached when its reference goes.
long attach_to_device(Call& call, const LinkRef& link) {
  netlink_ext_ack extack;
  const RtnlGuard rtnl(rtnl_mutex());
  net_device* dev = dev_get_by_index(call.network_namespace(),
                                     static_cast<int>(call.attr.link_create.target_ifindex));
  if (dev == nullptr) return -EINVAL;
  const int error = xdp_link_attach(link.get(), dev, &extack);
  if (error != 0) call.explain(extack.msg);
  return error;
}

bool is_of_cgroups(uint32_t attach_type) {
  constexpr uint32_t kTypes[] = {
      BPF_CGROUP_INET_INGRESS,
      BPF_CGROUP_INET_EGRESS,
      BPF_CGROUP_INET_SOCK_CREATE,
      BPF_CGROUP_INET_SOCK_RELEASE,
      BPF_CGROUP_INET4_BIND,
      BPF_CGROUP_INET6_BIND,
      BPF_CGROUP_INET4_POST_BIND,
      BPF_CGROUP_INET6_POST_BIND,
      BPF_CGROUP_INET4_CONNECT,
      BPF_CGROUP_INET6_CONNECT,
      BPF_CGROUP_INET4_GETPEERNAME,
      BPF_CGROUP_INET6_GETPEERNAME,
      BPF_CGROUP_INET4_GETSOCKNAME,
      BPF_CGROUP_INET6_GETSOCKNAME,
      BPF_CGROUP_UDP4_SENDMSG,
      BPF_CGROUP_UDP6_SENDMSG,
      BPF_CGROUP_UDP4_RECVMSG,
      BPF_CGROUP_UDP6_RECVMSG,
      BPF_CGROUP_SOCK_OPS,
      BPF_CGROUP_DEVICE,
      BPF_CGROUP_SYSCTL,
      BPF_CGROUP_GETSOCKOPT,
      BPF_CGROUP_SETSOCKOPT,
      BPF_LSM_CGROUP,
  };
  return std::ranges::find(kTypes, attach_type) != std::end(kTypes);
}

}  // namespace

long link_create(Call& call) {
  const auto& request = call.attr.link_create;
  ProgRef prog;
  if (const int error = call.get(request.prog_fd, &prog); error != 0) return error;
  if (request.attach_type != BPF_XDP || prog->type != BPF_PROG_TYPE_XDP) return -EINVAL;
  LinkRef link = call.bpf.objects().new_link();
  link->prog = prog;
  link->flags = request.flags;
  if (const long error = attach_to_device(call, link); error != 0) return error;
  call.bpf.objects().publish(link);
  return call.give(link);
}

long link_update(Call& call) {
  const auto& request = call.attr.link_update;
  if ((request.flags & ~uint32_t{BPF_F_REPLACE}) != 0) return -EINVAL;
  LinkRef link;
  ProgRef prog, expected;
  if (const int error = call.get(request.link_fd, &link); error != 0) return error;
  if (const int error = call.get(request.new_prog_fd, &prog); error != 0) return error;
  if ((request.flags & BPF_F_REPLACE) != 0) {
    if (const int error = call.get(request.old_prog_fd, &expected); error != 0) return error;
  } else if (request.old_prog_fd != 0) {
    return -EINVAL;
  }
  return xdp_link_update(link.get(), prog, expected);
}

long link_detach(Call& call) {
  LinkRef link;
  if (const int error = call.get(call.attr.link_detach.link_fd, &link); error != 0) return error;
  xdp_link_detach(link.get());
  return 0;
}

// No program that can be loaded here has a place that it could be attached to by these two.
long prog_attach(Call& call) {
  constexpr uint32_t kFlags = BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI | BPF_F_REPLACE;
  if ((call.attr.attach_flags & ~kFlags) != 0) return -EINVAL;
  if (call.attr.attach_type >= __MAX_BPF_ATTACH_TYPE) return -EINVAL;
  ProgRef prog;
  if (const int error = call.get(call.attr.attach_bpf_fd, &prog); error != 0) return error;
  call.explain("programs are attached to a card by netlink or a link, not by BPF_PROG_ATTACH");
  return -EINVAL;
}

long prog_detach(Call& call) {
  if (is_of_cgroups(call.attr.attach_type)) return -EBADF;  // no descriptor is one of a cgroup
  call.explain("programs are detached from a card by netlink or a link, not by BPF_PROG_DETACH");
  return -EINVAL;
}

// Network namespaces have two hooks that a tool may ask for; they are empty here. No descriptor is one of a cgroup.
long prog_query(Call& call) {
  auto& query = call.attr.query;
  if (!call.may_admin()) return -EPERM;
  if ((query.query_flags & ~uint32_t{BPF_F_QUERY_EFFECTIVE}) != 0) return -EINVAL;
  if (is_of_cgroups(query.attach_type)) return -EBADF;
  if (query.attach_type != BPF_FLOW_DISSECTOR && query.attach_type != BPF_SK_LOOKUP) return -EINVAL;
  if (query.query_flags != 0) return -EINVAL;
  const auto file = call.caller.identify(static_cast<int>(query.target_fd));
  if (!file) return -EBADF;
  if (kind_of(file->object) != ObjectKind::kNone) return -EINVAL;
  query.attach_flags = 0;
  query.prog_cnt = 0;
  return call.answer(query.attach_flags) && call.answer(query.prog_cnt) ? 0 : -EFAULT;
}

}  // namespace host
