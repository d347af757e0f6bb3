// RTM_NEWTFILTER and RTM_DELTFILTER on a device of the card, with the kernel's order of checks.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/rtnl/classic_filter.h"
#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/netlink/policy.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/rtnl/refuse.h"

namespace host {
namespace {

constexpr uint32_t kLastChain = TC_ACT_EXT_VAL_MASK;
constexpr const char* kOtherKind = "Specified filter kind does not match existing one";
constexpr const char* kNotThere =
    "Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter";

// What a message says of the place of a filter. A priority holds filters of one protocol.
struct Place {
  uint32_t chain, prio, handle;
  uint16_t protocol;
  std::optional<std::string> kind;
  bool has_long_kind = false;  // all bytes count but a zero at the end
  bool is_at_ingress;

  Place(const NetlinkMessage& message, bool at_ingress) : is_at_ingress(at_ingress) {
    const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
    const auto head = leading<tcmsg>(message.body);
    chain = attributes.u32(TCA_CHAIN).value_or(0);
    prio = TC_H_MAJ(head.tcm_info) >> 16;
    handle = head.tcm_handle;
    protocol = ntohs(static_cast<uint16_t>(TC_H_MIN(head.tcm_info)));
    if (const std::optional<Bytes> bytes = attributes.find(TCA_KIND)) {
      kind = attributes.text(TCA_KIND);
      has_long_kind = bytes->size() - (bytes->back() == 0 ? 1 : 0) >= IFNAMSIZ;
    }
  }
  bool is_of_priority(const ClsBpfFilter& filter) const {
    return filter.chain == chain && filter.prio == prio;
  }
};

// What both messages have in common.
int check_place(const Place& place, netlink_ext_ack* extack) {
  if (!place.is_at_ingress) return refuse(extack, "Parent Qdisc doesn't exists", EINVAL);
  if (place.has_long_kind) return refuse(extack, "Specified TC filter name too long", EINVAL);
  return place.chain > kLastChain
             ? refuse(extack, "Specified chain index exceeds upper limit", EINVAL)
             : 0;
}

// The program that the kernel's own converter would make of TCA_BPF_OPS. Empty: the attributes contradict each other.
classic::Program read_bytecode(Bytes count, Bytes ops) {
  const auto insns = leading<uint16_t>(count);
  if (insns > classic::kMaxInsns || ops.size() != insns * sizeof(sock_filter)) return {};
  classic::Program out;
  for (size_t i = 0; i < insns; ++i) {
    const auto insn = leading<sock_filter>(ops.subspan(i * sizeof(sock_filter)));
    out.push_back({insn.code, insn.jt, insn.jf, insn.k});
  }
  return out;
}

int read_flags(const NetlinkAttributes& options, ClsBpfFilter* filter) {
  constexpr uint32_t kSkips = TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW;
  const uint32_t flags = options.u32(TCA_BPF_FLAGS).value_or(0);
  filter->flags_gen = options.u32(TCA_BPF_FLAGS_GEN).value_or(0);
  if ((flags & ~uint32_t{TCA_BPF_FLAG_ACT_DIRECT}) != 0) return -EINVAL;
  if ((filter->flags_gen & ~kSkips) != 0 || filter->flags_gen == kSkips) return -EINVAL;
  filter->direct_action = (flags & TCA_BPF_FLAG_ACT_DIRECT) != 0;
  return 0;
}

// A program by its descriptor, or bytecode: one of the two.
int read_program(const NetlinkAttributes& options, const RouteReferences& found, Objects& objects,
                 ClsBpfFilter* filter) {
  const std::optional<Bytes> count = options.find(TCA_BPF_OPS_LEN), ops = options.find(TCA_BPF_OPS);
  const bool is_classic = count && ops;
  if (is_classic == options.find(TCA_BPF_FD).has_value()) return -EINVAL;
  if (const int failed = read_flags(options, filter); failed != 0) return failed;
  if (!is_classic) {
    filter->prog = found.prog;
    return found.prog_error;
  }
  filter->bytecode = read_bytecode(*count, *ops);
  base::Result<ProgRef> made = classic_filter(objects, filter->bytecode);
  if (!made) return -EINVAL;
  filter->prog = std::move(*made);
  return 0;
}

int read_options(const NetlinkAttributes& attributes, const RouteReferences& found,
                 Objects& objects, ClsBpfFilter* filter) {
  const std::optional<Bytes> nested = attributes.find(TCA_OPTIONS);
  if (!nested) return -EINVAL;
  const NetlinkAttributes options(*nested);
  if (const int failed = check_bpf_filter_attributes(options); failed != 0) return failed;
  filter->classid = options.u32(TCA_BPF_CLASSID).value_or(0);
  filter->name = options.text(TCA_BPF_NAME);
  return read_program(options, found, objects, filter);
}

int add_filter(const NetlinkMessage& message, const Place& place, const RouteReferences& found,
               Objects& objects, net_device* dev, netlink_ext_ack* extack) {
  const bool may_create = (message.header.nlmsg_flags & NLM_F_CREATE) != 0;
  const bool must_create = (message.header.nlmsg_flags & NLM_F_EXCL) != 0;
  if (place.prio == 0 && !may_create)
    return refuse(extack, "Invalid filter command with priority of zero", ENOENT);
  if (const int failed = check_place(place, extack); failed != 0) return failed;
  const std::vector<ClsBpfFilter> filters = cls_bpf_list(dev);
  const auto neighbour = std::ranges::find_if(
      filters, [&](const ClsBpfFilter& other) { return place.is_of_priority(other); });
  ClsBpfFilter filter;
  filter.chain = place.chain, filter.prio = place.prio, filter.handle = place.handle;
  filter.protocol = place.protocol;
  if (neighbour == filters.end()) {
    if (!place.kind || place.protocol == 0)
      return refuse(extack, "Filter kind and protocol must be specified", EINVAL);
    if (!may_create) return refuse(extack, kNotThere, ENOENT);
    if (*place.kind != "bpf")
      return refuse(extack, "TC classifier not found: only filters of kind bpf are offered",
                    ENOENT);
  } else {
    if (place.protocol == 0) filter.protocol = neighbour->protocol;
    if (filter.protocol != neighbour->protocol)
      return refuse(extack, "Filter with specified priority/protocol not found", EINVAL);
    if (place.kind && *place.kind != "bpf") return refuse(extack, kOtherKind, EINVAL);
    const bool exists = std::any_of(neighbour, filters.end(), [&](const ClsBpfFilter& other) {
      return place.is_of_priority(other) && other.handle == place.handle;
    });
    if (!exists && !may_create) return refuse(extack, kNotThere, ENOENT);
    if (exists && must_create) return refuse(extack, "Filter already exists", EEXIST);
  }
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  if (const int failed = read_options(attributes, found, objects, &filter); failed != 0)
    return failed;
  const auto change = must_create ? ClsBpfChange::kCreate : ClsBpfChange::kReplace;
  return cls_bpf_change(dev, &filter, change, extack);
}

int delete_filter(const Place& place, net_device* dev, netlink_ext_ack* extack) {
  if (place.prio == 0 && (place.protocol != 0 || place.handle != 0 || place.kind))
    return refuse(extack, "Cannot flush filters with protocol, handle or kind set", ENOENT);
  if (const int failed = check_place(place, extack); failed != 0) return failed;
  for (const ClsBpfFilter& filter : cls_bpf_list(dev)) {
    if (!place.is_of_priority(filter)) continue;
    if (place.protocol != 0 && place.protocol != filter.protocol)
      return refuse(extack, "Filter with specified priority/protocol not found", EINVAL);
    if (place.kind && *place.kind != "bpf") return refuse(extack, kOtherKind, EINVAL);
  }
  return cls_bpf_delete(dev, place.chain, place.prio, place.handle, extack);
}

}  // namespace

int RouteAbi::change_filter(const NetlinkMessage& message, const RouteReferences& found,
                            net_device* dev, netlink_ext_ack* extack) {
  const NetlinkAttributes attributes(message.body, sizeof(tcmsg));
  if (const int failed = check_traffic_control_attributes(attributes); failed != 0)
    return refuse(extack, kFailedPolicy, -failed);
  const Place place(message, is_at_ingress(dev, leading<tcmsg>(message.body).tcm_parent));
  return message.header.nlmsg_type == RTM_NEWTFILTER
             ? add_filter(message, place, found, network_.objects(), dev, extack)
             : delete_filter(place, dev, extack);
}

}  // namespace host
