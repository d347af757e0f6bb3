// Filters of tc of kind bpf on a device's ingress, and their offload.
// SPDX-License-Identifier: Apache-2.0
//
// RTNL is held. Errors are negative errno; extack has the text that tc prints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host-driver/netdev_offload.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace host {

// Flags of a filter, TCA_CLS_FLAGS_* of linux/pkt_cls.h.
struct ClsBpfFilter {
  uint32_t chain = 0, prio = 0, handle = 0;
  uint16_t protocol = 0;  // ETH_P_*, host order
  uint32_t flags_gen =
      0;  // skip_hw, skip_sw as the user gave them; in_hw, not_in_hw as they came out
  uint32_t classid = 0;  // of packets that match, 0: none
  bool direct_action = false;
  classic::Program bytecode;  // what the program was made of, when it was cBPF
  ProgRef prog;
  std::string name;
};

// The ingress (or clsact) qdisc that filters hang on. EEXIST: there is one; ENOENT: there is none. Its filters go with it.
int tc_add_ingress(net_device* dev, netlink_ext_ack* extack);
int tc_delete_ingress(net_device* dev, netlink_ext_ack* extack);
bool tc_has_ingress(const net_device* dev);
void tc_shutdown(net_device* dev);  // for a device that goes away

enum class ClsBpfChange { kCreate, kReplace };  // NLM_F_CREATE|NLM_F_EXCL; NLM_F_CREATE
// prio 0 and handle 0: chosen here, and told in *filter. EEXIST: kCreate and it is there; EINVAL: no qdisc, flags
// other than those of the filter to replace, or skip_sw and no hardware takes it; else the driver's error.
int cls_bpf_change(net_device* dev, ClsBpfFilter* filter, ClsBpfChange change,
                   netlink_ext_ack* extack);
// prio 0: all of the chain, if any; handle 0: all of the priority. ENOENT: none of that priority or handle.
int cls_bpf_delete(net_device* dev, uint32_t chain, uint32_t prio, uint32_t handle,
                   netlink_ext_ack* extack);
std::vector<ClsBpfFilter> cls_bpf_list(const net_device* dev);  // by chain, priority, handle

}  // namespace host
