// Filters of kind bpf: where they hang, and how the driver is told of them.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/cls_bpf.h"

#include <linux/pkt_cls.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "host-driver/rtnl/refuse.h"

namespace host {

// Filters by chain, priority, handle.
struct ingress_qdisc {
  std::vector<ClsBpfFilter> filters;
};

namespace {

constexpr uint32_t kUserFlags = TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW;
constexpr uint32_t kFirstAutoPrio = 0xc000;

auto place_of(const ClsBpfFilter& filter) {
  return std::tuple(filter.chain, filter.prio, filter.handle);
}
bool is_before(const ClsBpfFilter& a, const ClsBpfFilter& b) { return place_of(a) < place_of(b); }

bool skips_hw(const ClsBpfFilter& filter) {
  return (filter.flags_gen & TCA_CLS_FLAGS_SKIP_HW) != 0;
}
bool skips_sw(const ClsBpfFilter& filter) {
  return (filter.flags_gen & TCA_CLS_FLAGS_SKIP_SW) != 0;
}

// Tells the driver that `filter` takes the place of `old`; either may be nullptr.
int tell_driver(net_device* dev, const ClsBpfFilter* filter, const ClsBpfFilter* old,
                netlink_ext_ack* extack) {
  const ClsBpfFilter& shown = filter != nullptr ? *filter : *old;
  tc_cls_bpf_offload request;
  request.command = TC_CLSBPF_OFFLOAD;
  request.common.chain_index = shown.chain;
  request.common.protocol = shown.protocol;
  request.common.prio = shown.prio;
  request.common.extack = skips_sw(shown) ? extack : nullptr;
  request.prog = filter != nullptr ? filter->prog : ProgRef{};
  request.oldprog = old != nullptr ? old->prog : ProgRef{};
  request.name = shown.name;
  request.exts_integrated = shown.direct_action;
  return dev->netdev_ops->ndo_setup_tc(dev, TC_SETUP_CLSBPF, &request);
}

bool can_offload(const net_device* dev) { return dev->netdev_ops->ndo_setup_tc != nullptr; }

// Offers `filter` to the driver in place of `old`. Without skip_sw a refusal leaves the filter in software.
int offload(net_device* dev, ClsBpfFilter* filter, const ClsBpfFilter* old,
            netlink_ext_ack* extack) {
  if (old != nullptr && ((filter->flags_gen ^ old->flags_gen) & kUserFlags) != 0) return -EINVAL;
  const bool must_offload = skips_sw(*filter);
  bool is_in_hw = false;
  if (!skips_hw(*filter) && can_offload(dev)) {
    const int error = tell_driver(dev, filter, old, extack);
    if (error != 0 && must_offload) {
      tell_driver(dev, old, filter, extack);
      return error;
    }
    is_in_hw = error == 0;
  }
  if (must_offload && !is_in_hw) return -EINVAL;
  filter->flags_gen |= is_in_hw ? TCA_CLS_FLAGS_IN_HW : TCA_CLS_FLAGS_NOT_IN_HW;
  return 0;
}

void remove_from_driver(net_device* dev, const ClsBpfFilter& filter, netlink_ext_ack* extack) {
  if (!skips_hw(filter) && can_offload(dev)) tell_driver(dev, nullptr, &filter, extack);
}

int check_filter(const ClsBpfFilter& filter) {
  if ((filter.flags_gen & ~kUserFlags) != 0 || (skips_hw(filter) && skips_sw(filter)))
    return -EINVAL;
  if (!filter.prog || filter.prog->type != BPF_PROG_TYPE_SCHED_CLS) {
    return filter.prog && !filter.bytecode.empty() ? 0 : -EINVAL;
  }
  const bool is_bound = bpf_prog_is_dev_bound(filter.prog->aux.get());
  return is_bound && !skips_sw(filter) ? -EINVAL : 0;
}

bool is_of(const ClsBpfFilter& filter, uint32_t chain, uint32_t prio) {
  return filter.chain == chain && filter.prio == prio;
}

// Priority and handle where the user left them open. EINVAL: the priority holds filters of another protocol.
int choose_place(const ingress_qdisc& qdisc, ClsBpfFilter* filter, netlink_ext_ack* extack) {
  if (filter->prio == 0) {
    filter->prio = kFirstAutoPrio;
    for (const ClsBpfFilter& other : qdisc.filters) {
      if (other.chain == filter->chain) filter->prio = std::min(filter->prio, other.prio - 1);
    }
  }
  uint32_t last_handle = 0;
  for (const ClsBpfFilter& other : qdisc.filters) {
    if (!is_of(other, filter->chain, filter->prio)) continue;
    if (other.protocol != filter->protocol)
      return refuse(extack, "Specified filter kind does not match existing one", EINVAL);
    last_handle = other.handle;
  }
  if (filter->handle == 0) filter->handle = last_handle + 1;
  return 0;
}

}  // namespace

int tc_add_ingress(net_device* dev, netlink_ext_ack* extack) {
  if (dev->ingress) return refuse(extack, "Exclusivity flag on, cannot modify", EEXIST);
  dev->ingress = std::make_shared<ingress_qdisc>();
  return 0;
}

int tc_delete_ingress(net_device* dev, netlink_ext_ack* extack) {
  if (!dev->ingress)
    return refuse(extack, "Cannot find specified qdisc on specified device", ENOENT);
  tc_shutdown(dev);
  return 0;
}

bool tc_has_ingress(const net_device* dev) { return dev->ingress != nullptr; }

void tc_shutdown(net_device* dev) {
  if (!dev->ingress) return;
  for (const ClsBpfFilter& filter : dev->ingress->filters) remove_from_driver(dev, filter, nullptr);
  dev->ingress.reset();
}

int cls_bpf_change(net_device* dev, ClsBpfFilter* filter, ClsBpfChange change,
                   netlink_ext_ack* extack) {
  if (!dev->ingress) return refuse(extack, "Parent Qdisc doesn't exists", EINVAL);
  if (const int error = check_filter(*filter); error != 0) return error;
  if (const int error = choose_place(*dev->ingress, filter, extack); error != 0) return error;
  std::vector<ClsBpfFilter>& filters = dev->ingress->filters;
  const auto at = std::ranges::lower_bound(filters, *filter, is_before);
  const bool exists = at != filters.end() && place_of(*at) == place_of(*filter);
  if (exists && change == ClsBpfChange::kCreate)
    return refuse(extack, "Filter already exists", EEXIST);
  if (const int error = offload(dev, filter, exists ? &*at : nullptr, extack); error != 0)
    return error;
  if (exists) {
    *at = *filter;
  } else {
    filters.insert(at, *filter);
  }
  return 0;
}

int cls_bpf_delete(net_device* dev, uint32_t chain, uint32_t prio, uint32_t handle,
                   netlink_ext_ack* extack) {
  if (!dev->ingress) return refuse(extack, "Parent Qdisc doesn't exists", EINVAL);
  const auto fits = [&](const ClsBpfFilter& filter) {
    return filter.chain == chain && (prio == 0 || filter.prio == prio) &&
           (handle == 0 || filter.handle == handle);
  };
  std::vector<ClsBpfFilter>& filters = dev->ingress->filters;
  if (prio != 0 && std::ranges::none_of(filters, fits)) {
    return refuse(extack,
                  handle == 0 ? "Filter with specified priority/protocol not found"
                              : "Specified filter handle not found",
                  ENOENT);
  }
  for (const ClsBpfFilter& filter : filters) {
    if (fits(filter)) remove_from_driver(dev, filter, extack);
  }
  std::erase_if(filters, fits);
  return 0;
}

std::vector<ClsBpfFilter> cls_bpf_list(const net_device* dev) {
  return dev->ingress ? dev->ingress->filters : std::vector<ClsBpfFilter>{};
}

}  // namespace host
