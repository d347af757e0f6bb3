// Making the two devices, and asking them.
// SPDX-License-Identifier: Apache-2.0
#include "tests/interpose/route_twins.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "host-driver/bpf_attr.h"
#include "host-driver/interpose/route_socket.h"
#include "host-driver/kernel_bpf.h"
#include "tests/ebpf/asm.h"

namespace host_test {
namespace {

using host::Bytes;
using host::NetlinkWriter;

// A socket stays in the namespace that it was made in, which lives as long.
base::UniqueFd socket_in_own_namespace() {
  base::UniqueFd out;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) == 0)
      out = base::UniqueFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  }).join();
  return out;
}

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

std::vector<int> errors_in(Bytes answers) {
  std::vector<int> errors;
  for (const host::NetlinkMessage& answer : host::split_messages(answers))
    if (answer.header.nlmsg_type == NLMSG_ERROR)
      errors.push_back(host::leading<nlmsgerr>(answer.body).error);
  return errors;
}

std::vector<uint8_t> veth_request() {
  std::vector<uint8_t> out;
  ifinfomsg link = {};
  link.ifi_index = RouteTwins::kIndex;
  NetlinkWriter writer(out, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, {},
                       0);
  writer.put(link).text(IFLA_IFNAME, "nic0");
  const size_t info = writer.begin_nested(IFLA_LINKINFO);
  writer.text(IFLA_INFO_KIND, "veth");
  const size_t data = writer.begin_nested(IFLA_INFO_DATA);
  const size_t peer = writer.begin_nested(VETH_INFO_PEER);
  writer.put(ifinfomsg{}).text(IFLA_IFNAME, "peer0");
  writer.end_nested(peer);
  writer.end_nested(data);
  writer.end_nested(info);
  return out;
}

bpf_attr program_attr(int type, const std::vector<uint8_t>& code) {
  bpf_attr attr = host::empty_attr();
  attr.prog_type = static_cast<uint32_t>(type);
  attr.insns = host::address_of(code.data());
  attr.insn_cnt = static_cast<uint32_t>(code.size() / sizeof(bpf_insn));
  attr.license = host::address_of("GPL");
  return attr;
}

}  // namespace

RouteTwins::RouteTwins()
    : system_({.first_ifindex = kIndex}),
      process_(system_.bpf, pins_, {.may_admin = true, .uid = 0, .net = kHome}),
      asic_(system_.network, 1),
      route_(system_.network) {
  const std::vector<uint8_t> code =
      ebpf::insns_to_bytes({ebpf_test::mov(0, 0), ebpf_test::exit_insn()});
  const auto load = [&](int type, int* card) {
    bpf_attr attr = program_attr(type, code);
    *card = static_cast<int>(process_.bpf(BPF_PROG_LOAD, &attr));
    return base::UniqueFd(host::kernel_bpf(BPF_PROG_LOAD, attr));
  };
  xdp = load(BPF_PROG_TYPE_XDP, &card_xdp_);
  cls = load(BPF_PROG_TYPE_SCHED_CLS, &card_cls_);
  file = base::UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!asic_.add_port(system_.network.namespace_of(kHome), "nic0")) trouble_ = "no port";
  if (!xdp || !cls) trouble_ = "the running kernel takes no programs";
  with_device_ = socket_in_own_namespace();
  without_device_ = socket_in_own_namespace();
  if (!with_device_ || !without_device_) {
    trouble_ = "no network namespace";
  } else if (interpose::port_id(with_device_.get()) == 0 ||
             interpose::port_id(without_device_.get()) == 0 ||
             errors_of_kernel(veth_request()) != std::vector{0}) {
    trouble_ = "no veth";
  }
  caller_.net = kHome;
  caller_.may_change_host = true;
  caller_.identify = [this](int fd) -> std::optional<host::ObjectFile> {
    if (fd == xdp.get()) return host::ObjectFile{process_.object(card_xdp_)};
    if (fd == cls.get()) return host::ObjectFile{process_.object(card_cls_)};
    return is_open(fd) ? std::optional<host::ObjectFile>(host::ObjectFile{}) : std::nullopt;
  };
  // None of our files is a namespace.
  caller_.namespace_of = [](int fd) -> std::optional<host::NetNamespace> {
    if (!is_open(fd)) return std::nullopt;
    return host::NetNamespace{kHome.dev + 1, static_cast<uint64_t>(fd)};
  };
  caller_.talk = [this](Bytes message) { return interpose::talk(without_device_.get(), message); };
}

std::vector<int> RouteTwins::errors_of_card(Bytes request) {
  const auto answer = route_.request(caller_, request);
  return errors_in(answer ? *answer : interpose::talk(without_device_.get(), request));
}

std::vector<int> RouteTwins::errors_of_kernel(Bytes request) {
  return errors_in(interpose::talk(with_device_.get(), request));
}

}  // namespace host_test
