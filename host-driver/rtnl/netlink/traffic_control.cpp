// Ingress qdiscs of tc on a device of the card, and the list of its filters.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/netlink/policy.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/rtnl/refuse.h"

namespace host {
namespace {

constexpr uint32_t kIngressHandle = 0xffff0000;
constexpr const char* kNoQdisc = "noop";  // what the kernel leaves where a qdisc was
constexpr const char* kOtherKind = "Invalid qdisc name: must match existing qdisc";

void put_qdisc(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port,
               const tcmsg& qdisc, std::string_view kind) {
  NetlinkWriter writer(out, RTM_NEWQDISC, NLM_F_MULTI, request.header, port);
  writer.put(qdisc).text(TCA_KIND, kind);
  writer.attribute(TCA_OPTIONS, {}).value(TCA_HW_OFFLOAD, uint8_t{0});
}

void put_qdiscs(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port,
                const net_device* dev, std::string_view ingress_kind) {
  tcmsg qdisc = {};
  qdisc.tcm_ifindex = dev->ifindex;
  qdisc.tcm_parent = TC_H_ROOT;
  qdisc.tcm_info = 2;  // references
  put_qdisc(out, request, port, qdisc, "noqueue");
  if (!tc_has_ingress(dev)) return;
  qdisc.tcm_handle = kIngressHandle;
  qdisc.tcm_parent = TC_H_INGRESS;
  qdisc.tcm_info = 1;
  put_qdisc(out, request, port, qdisc, ingress_kind);
}

void put_bytecode(NetlinkWriter& writer, const classic::Program& bytecode) {
  std::vector<sock_filter> ops;
  for (const classic::Insn& insn : bytecode) ops.push_back({insn.code, insn.jt, insn.jf, insn.k});
  const auto* bytes = reinterpret_cast<const uint8_t*>(ops.data());
  writer.value(TCA_BPF_OPS_LEN, static_cast<uint16_t>(ops.size()))
      .attribute(TCA_BPF_OPS, Bytes(bytes, ops.size() * sizeof(sock_filter)));
}

void put_filter(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port,
                const net_device* dev, const ClsBpfFilter& filter, bool is_chain_head) {
  NetlinkWriter writer(out, RTM_NEWTFILTER, NLM_F_MULTI, request.header, port);
  tcmsg head = {};
  head.tcm_ifindex = dev->ifindex;
  head.tcm_parent = leading<tcmsg>(request.body).tcm_parent;
  head.tcm_handle = is_chain_head ? 0 : filter.handle;
  head.tcm_info = TC_H_MAKE(filter.prio << 16, htons(filter.protocol));
  writer.put(head).text(TCA_KIND, "bpf").value(TCA_CHAIN, filter.chain);
  if (is_chain_head) return;
  const size_t options = writer.begin_nested(TCA_OPTIONS);
  if (!filter.name.empty()) writer.text(TCA_BPF_NAME, filter.name);
  if (filter.classid != 0) writer.value(TCA_BPF_CLASSID, filter.classid);
  if (!filter.bytecode.empty()) {
    put_bytecode(writer, filter.bytecode);
  } else if (filter.prog) {
    writer.value(TCA_BPF_ID, filter.prog->aux->id).attribute(TCA_BPF_TAG, filter.prog->tag);
  }
  if (filter.direct_action) writer.value(TCA_BPF_FLAGS, uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
  if (filter.flags_gen != 0) writer.value(TCA_BPF_FLAGS_GEN, filter.flags_gen);
  writer.end_nested(options);
}

}  // namespace

bool RouteAbi::is_at_ingress(const net_device* dev, uint32_t parent) const {
  if (!tc_has_ingress(dev)) return false;
  const auto kind = ingress_kinds_.find(dev->ifindex);
  if (kind != ingress_kinds_.end() && kind->second == "clsact")
    return parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
  return TC_H_MAJ(parent) == kIngressHandle;
}

// The kernel's order of checks for a qdisc at the ingress of a device.
int RouteAbi::change_qdisc(const NetlinkMessage& message, net_device* dev,
                           netlink_ext_ack* extack) {
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  if (const int failed = check_traffic_control_attributes(attributes); failed != 0)
    return refuse(extack, kFailedPolicy, -failed);
  const bool is_new = message.header.nlmsg_type == RTM_NEWQDISC;
  const uint32_t parent = leading<tcmsg>(message.body).tcm_parent;
  // The kernel deletes by the major number alone.
  const bool is_ingress = TC_H_MAJ(parent) == TC_H_MAJ(TC_H_INGRESS) && parent != TC_H_ROOT;
  if (is_new ? parent != TC_H_INGRESS : !is_ingress)
    return refuse(extack, "only the qdiscs ingress and clsact are offered", EOPNOTSUPP);
  return is_new ? add_qdisc(message, dev, extack) : delete_qdisc(message, dev, extack);
}

int RouteAbi::add_qdisc(const NetlinkMessage& message, net_device* dev, netlink_ext_ack* extack) {
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  const uint32_t handle = leading<tcmsg>(message.body).tcm_handle;
  const std::string kind = attributes.text(TCA_KIND);
  const auto has = [&](unsigned flags) { return (message.header.nlmsg_flags & flags) == flags; };
  std::string& present = ingress_kinds_.try_emplace(dev->ifindex, kNoQdisc).first->second;
  const bool exists = tc_has_ingress(dev), is_other = attributes.find(TCA_KIND) && kind != present;
  const bool is_plain =
      (message.header.nlmsg_flags & (NLM_F_CREATE | NLM_F_REPLACE | NLM_F_EXCL)) == 0;
  // Of another kind and without a handle: everything but a mere addition takes its place.
  bool replaces = exists && handle == 0 && is_other &&
                  (is_plain || has(NLM_F_CREATE | NLM_F_REPLACE) || has(NLM_F_CREATE | NLM_F_EXCL));
  if (handle != 0 && (handle != kIngressHandle || !exists)) {
    if (exists && !has(NLM_F_REPLACE))
      return refuse(extack, "NLM_F_REPLACE needed to override", EEXIST);
    if (TC_H_MIN(handle) != 0) return refuse(extack, "Invalid minor handle", EINVAL);
    replaces = exists;
  }
  if (exists && !replaces) {
    if (has(NLM_F_EXCL)) return refuse(extack, "Exclusivity flag on, cannot modify", EEXIST);
    return is_other ? refuse(extack, kOtherKind, EINVAL) : 0;
  }
  if (!has(NLM_F_CREATE) && !(replaces && is_plain))
    return refuse(extack, "Qdisc not found. To create specify NLM_F_CREATE flag", ENOENT);
  if (kind != "ingress" && kind != "clsact")
    return refuse(extack, "Specified qdisc kind is unknown", ENOENT);
  if (replaces) tc_shutdown(dev);
  present = kind;
  return tc_add_ingress(dev, extack);
}

int RouteAbi::delete_qdisc(const NetlinkMessage& message, net_device* dev,
                           netlink_ext_ack* extack) {
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  const uint32_t handle = leading<tcmsg>(message.body).tcm_handle;
  const auto queue = ingress_kinds_.find(dev->ifindex);
  if (queue == ingress_kinds_.end())
    return refuse(extack, "Cannot find specified qdisc on specified device", ENOENT);
  const bool exists = tc_has_ingress(dev);
  if (handle != 0 && handle != (exists ? kIngressHandle : 0))
    return refuse(extack, "Invalid handle", EINVAL);
  if (attributes.find(TCA_KIND) && attributes.text(TCA_KIND) != queue->second)
    return refuse(extack, kOtherKind, EINVAL);
  if (!exists) return refuse(extack, "Cannot delete qdisc with handle of zero", ENOENT);
  queue->second = kNoQdisc;
  return tc_delete_ingress(dev, extack);
}

void RouteAbi::get_qdiscs(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const int ifindex = leading<tcmsg>(message.body).tcm_ifindex;
  Out rest;
  if (ifindex == 0) {
    // Those of all devices: the host's first.
    const std::vector<uint8_t> answered = caller.talk(message.all);
    for (const NetlinkMessage& qdisc : split_messages(answered)) {
      if (qdisc.header.nlmsg_type == NLMSG_DONE) break;
      out.insert(out.end(), qdisc.all.begin(), qdisc.all.end());
      out.resize(NLMSG_ALIGN(out.size()));
    }
  }
  const RtnlGuard rtnl(rtnl_mutex());
  for (const net_device* dev : network_.namespace_of(caller.net)->devices)
    if (ifindex == 0 || dev->ifindex == ifindex)
      put_qdiscs(out, message, caller.port, dev, ingress_kinds_[dev->ifindex]);
  put_done(out, message, caller.port);
}

void RouteAbi::get_filters(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const RtnlGuard rtnl(rtnl_mutex());
  const net_device* dev = device_of(caller.net, message);
  const auto head = leading<tcmsg>(message.body);
  if (dev != nullptr && is_at_ingress(dev, head.tcm_parent)) {
    const ClsBpfFilter* previous = nullptr;
    const std::vector<ClsBpfFilter> filters = cls_bpf_list(dev);
    for (const ClsBpfFilter& filter : filters) {
      const bool is_first =
          previous == nullptr || previous->chain != filter.chain || previous->prio != filter.prio;
      if (is_first) put_filter(out, message, caller.port, dev, filter, true);
      put_filter(out, message, caller.port, dev, filter, false);
      previous = &filter;
    }
  }
  put_done(out, message, caller.port);
}

}  // namespace host
