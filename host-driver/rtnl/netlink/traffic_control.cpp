// Ingress qdiscs and bpf filters of tc on a device of the card.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/classic_filter.h"
#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/netlink/route.h"

namespace host {
namespace {

constexpr uint32_t kIngressHandle = 0xffff0000;
constexpr uint32_t kIngressHook = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);

bool is_ingress(uint32_t parent) { return parent == kIngressHandle || parent == kIngressHook; }

void put_qdisc(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port,
               const tcmsg& qdisc, std::string_view kind) {
  NetlinkWriter writer(out, RTM_NEWQDISC, NLM_F_MULTI, request.header, port);
  writer.put(qdisc).text(TCA_KIND, kind);
  writer.attribute(TCA_OPTIONS, {}).value(TCA_HW_OFFLOAD, uint8_t{0});
}

void put_qdiscs(std::vector<uint8_t>& out, const NetlinkMessage& request, uint32_t port,
                const net_device* dev, bool is_clsact) {
  tcmsg qdisc = {};
  qdisc.tcm_ifindex = dev->ifindex;
  qdisc.tcm_parent = TC_H_ROOT;
  qdisc.tcm_info = 2;  // references
  put_qdisc(out, request, port, qdisc, "noqueue");
  if (!tc_has_ingress(dev)) return;
  qdisc.tcm_handle = kIngressHandle;
  qdisc.tcm_parent = TC_H_INGRESS;
  qdisc.tcm_info = 1;
  put_qdisc(out, request, port, qdisc, is_clsact ? "clsact" : "ingress");
}

void put_bytecode(NetlinkWriter& writer, const classic::Program& bytecode) {
  std::vector<sock_filter> ops;
  for (const classic::Insn& insn : bytecode) ops.push_back({insn.code, insn.jt, insn.jf, insn.k});
  const auto* bytes = reinterpret_cast<const uint8_t*>(ops.data());
  writer.value(TCA_BPF_OPS_LEN, static_cast<uint16_t>(ops.size()))
      .attribute(TCA_BPF_OPS, Bytes(bytes, ops.size() * sizeof(sock_filter)));
}

// The program that the kernel's own converter would make of TCA_BPF_OPS. Empty: the attributes contradict each other.
classic::Program read_bytecode(const NetlinkAttributes& options) {
  const std::optional<Bytes> count = options.find(TCA_BPF_OPS_LEN), ops = options.find(TCA_BPF_OPS);
  if (!count || !ops || count->size() < sizeof(uint16_t)) return {};
  const auto insns = leading<uint16_t>(*count);
  if (insns > classic::kMaxInsns || ops->size() != insns * sizeof(sock_filter)) return {};
  classic::Program out;
  for (size_t i = 0; i < insns; ++i) {
    const auto insn = leading<sock_filter>(ops->subspan(i * sizeof(sock_filter)));
    out.push_back({insn.code, insn.jt, insn.jf, insn.k});
  }
  return out;
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

bool exists(const net_device* dev, const ClsBpfFilter& filter) {
  const std::vector<ClsBpfFilter> filters = cls_bpf_list(dev);
  return std::any_of(filters.begin(), filters.end(), [&](const ClsBpfFilter& other) {
    return other.chain == filter.chain && other.prio == filter.prio &&
           (filter.handle == 0 || other.handle == filter.handle);
  });
}

int add_filter(const NetlinkMessage& message, const NetlinkAttributes& attributes,
               const ProgRef& prog, Objects& objects, net_device* dev, netlink_ext_ack* extack) {
  const auto head = leading<tcmsg>(message.body);
  ClsBpfFilter filter;
  filter.chain = attributes.u32(TCA_CHAIN).value_or(0);
  filter.prio = TC_H_MAJ(head.tcm_info) >> 16;
  filter.handle = head.tcm_handle;
  filter.protocol = ntohs(static_cast<uint16_t>(TC_H_MIN(head.tcm_info)));
  if (attributes.text(TCA_KIND) != "bpf") {
    nl_set_err_msg(extack, "only filters of kind bpf are offered");
    return -EOPNOTSUPP;
  }
  const std::optional<Bytes> nested = attributes.find(TCA_OPTIONS);
  if (!nested) return -EINVAL;
  const NetlinkAttributes options(*nested);
  const uint32_t bpf_flags = options.u32(TCA_BPF_FLAGS).value_or(0);
  filter.flags_gen = options.u32(TCA_BPF_FLAGS_GEN).value_or(0);
  constexpr uint32_t kKnown = TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW | TCA_CLS_FLAGS_VERBOSE;
  if ((bpf_flags & ~uint32_t{TCA_BPF_FLAG_ACT_DIRECT}) != 0 || (filter.flags_gen & ~kKnown) != 0 ||
      (filter.flags_gen & kKnown & ~uint32_t{TCA_CLS_FLAGS_VERBOSE}) ==
          (TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW))
    return -EINVAL;
  filter.direct_action = (bpf_flags & TCA_BPF_FLAG_ACT_DIRECT) != 0;
  filter.classid = options.u32(TCA_BPF_CLASSID).value_or(0);
  filter.name = options.text(TCA_BPF_NAME);
  filter.bytecode = read_bytecode(options);
  if (filter.bytecode.empty() == !prog) return -EINVAL;  // one of the two
  if (prog) {
    filter.prog = prog;
  } else {
    base::Result<ProgRef> made = classic_filter(objects, filter.bytecode);
    if (!made) return -EINVAL;
    filter.prog = std::move(*made);
  }
  const uint16_t flags = message.header.nlmsg_flags;
  if ((flags & NLM_F_CREATE) == 0 && !exists(dev, filter)) return -ENOENT;
  const auto change = (flags & NLM_F_EXCL) != 0 ? ClsBpfChange::kCreate : ClsBpfChange::kReplace;
  return cls_bpf_change(dev, &filter, change, extack);
}

}  // namespace

int RouteAbi::change_qdisc(const NetlinkMessage& message, net_device* dev,
                           netlink_ext_ack* extack) {
  const auto head = leading<tcmsg>(message.body);
  const std::string kind = NetlinkAttributes(message.body, sizeof(tcmsg)).text(TCA_KIND);
  const bool is_ingress_kind = kind == "ingress" || kind == "clsact";
  if (head.tcm_parent != TC_H_INGRESS || (!kind.empty() && !is_ingress_kind)) {
    nl_set_err_msg(extack, "only the qdiscs ingress and clsact are offered");
    return -EOPNOTSUPP;
  }
  if (message.header.nlmsg_type == RTM_DELQDISC) {
    return tc_delete_ingress(dev, extack);
  }
  if (!is_ingress_kind) return -EINVAL;
  if (tc_has_ingress(dev) && (message.header.nlmsg_flags & NLM_F_EXCL) == 0) return 0;
  const int result = tc_add_ingress(dev, extack);
  if (result == 0) clsact_.erase(dev->ifindex);
  if (result == 0 && kind == "clsact") clsact_.insert(dev->ifindex);
  return result;
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
    if (ifindex == 0 ? !is_on_host(dev) : dev->ifindex == ifindex)
      put_qdiscs(out, message, caller.port, dev, clsact_.contains(dev->ifindex));
  put_done(out, message, caller.port);
}

void RouteAbi::get_filters(const RouteCaller& caller, const NetlinkMessage& message, Out& out) {
  const RtnlGuard rtnl(rtnl_mutex());
  const net_device* dev = device_of(caller.net, message);
  const auto head = leading<tcmsg>(message.body);
  if (dev != nullptr && is_ingress(head.tcm_parent)) {
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

int RouteAbi::change_filter(const NetlinkMessage& message, const RouteReferences& found,
                            net_device* dev, netlink_ext_ack* extack) {
  const auto head = leading<tcmsg>(message.body);
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  if (!tc_has_ingress(dev) || !is_ingress(head.tcm_parent)) {
    nl_set_err_msg(extack, "Parent Qdisc doesn't exists");
    return -EINVAL;
  }
  if (message.header.nlmsg_type == RTM_NEWTFILTER)
    return add_filter(message, attributes, found.prog, network_.objects(), dev, extack);
  return cls_bpf_delete(dev, attributes.u32(TCA_CHAIN).value_or(0), TC_H_MAJ(head.tcm_info) >> 16,
                        head.tcm_handle, extack);
}

}  // namespace host
