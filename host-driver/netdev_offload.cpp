// The small functions that drivers call: messages, attachments, whether a filter can be offloaded.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/netdev_offload.h"

namespace host {

void nl_set_err_msg(netlink_ext_ack* extack, std::string_view text) {
  if (extack != nullptr) extack->msg = text;
}

void nl_set_err_msg_mod(netlink_ext_ack* extack, std::string_view module, std::string_view text) {
  nl_set_err_msg(extack, std::string(module) + ": " + std::string(text));
}

void xdp_attachment_setup(xdp_attachment_info* info, const netdev_bpf* bpf) {
  info->prog = bpf->prog;
  info->flags = bpf->prog ? bpf->flags : 0;
}

bool tc_cls_can_offload_and_chain0(const net_device* dev, flow_cls_common_offload* common) {
  if ((dev->features & NETIF_F_HW_TC) == 0) {
    nl_set_err_msg(common->extack, "TC offload is disabled on net device");
    return false;
  }
  if (common->chain_index != 0) {
    nl_set_err_msg(common->extack, "Driver supports only offload of chain 0");
    return false;
  }
  return true;
}

void bpf_verifier_log_write(bpf_verifier_env* env, std::string_view text) { env->log += text; }

}  // namespace host
