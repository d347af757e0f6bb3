// Programs on the device: XDP in the card, or the filter of tc, never both.
// SPDX-License-Identifier: Apache-2.0
#include <linux/if_ether.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/drivers/nfp/adapter_p.h"

namespace host::nfp {

namespace {

int refuse(netlink_ext_ack* extack, std::string_view text, int error) {
  if (!text.empty()) nl_set_err_msg_mod(extack, kModule, text);
  return -error;
}

// Replaces what runs; no program: stops it.
int run(Port& port, const bpf_prog* prog, netlink_ext_ack* extack) {
  const Asic::Use use(port.asic);
  Programs& programs = port.asic.device->programs();
  // A card that fails to stop has stopped as far as the driver is concerned.
  if (prog == nullptr) {
    static_cast<void>(programs.stop());
    return 0;
  }
  std::string words;
  const int error = programs.load(state_of(prog).image, port.dev.mtu, words);
  return error == 0 ? refuse(extack, words, 0) : refuse(extack, words, -error);
}

bool is_of_card(const Port& port, const bpf_prog* prog) {
  return bpf_offload_dev_match(prog, const_cast<net_device*>(&port.dev));
}

}  // namespace

int setup_offload(Port& port, const netdev_bpf* request) {
  const bpf_prog* prog = request->prog.get();
  if (prog != nullptr) {
    if (prog->aux->offload == nullptr)
      return refuse(request->extack, "xdpoffload of non-bound program", EINVAL);
    if (!is_of_card(port, prog))
      return refuse(request->extack, "program bound to different dev", EINVAL);
    if (port.filter != nullptr) return -EBUSY;
  }
  if (prog != nullptr || port.xdp_hw.prog) {
    if (const int error = run(port, prog, request->extack); error != 0) return error;
  }
  xdp_attachment_setup(&port.xdp_hw, request);
  return 0;
}

int offload_filter(Port& port, tc_cls_bpf_offload* request) {
  netlink_ext_ack* extack = request->common.extack;
  const bpf_prog* prog = request->prog.get();
  if (!tc_cls_can_offload_and_chain0(&port.dev, &request->common)) return -EOPNOTSUPP;
  if (request->common.protocol != ETH_P_ALL)
    return refuse(extack, "only ETH_P_ALL supported as filter protocol", EOPNOTSUPP);
  if (request->command != TC_CLSBPF_OFFLOAD) return -EOPNOTSUPP;
  if (prog != nullptr && !request->exts_integrated)
    return refuse(extack, "only direct action with no legacy actions supported", EOPNOTSUPP);
  // A filter that is not the offloaded one has nothing to take away.
  if (port.filter != request->oldprog.get()) {
    if (prog == nullptr) return 0;
    if (port.filter != nullptr) return -EBUSY;
  }
  if (prog != nullptr && (prog->aux->offload == nullptr || !is_of_card(port, prog))) return -EINVAL;
  if (prog != nullptr && port.xdp_hw.prog) return -EBUSY;
  if (const int error = run(port, prog, extack); error != 0) return error;
  port.filter = prog;
  return 0;
}

int change_mtu(net_device* dev, uint32_t mtu) {
  Port& port = port_of(dev);
  const Asic::Use use(port.asic);
  const uint32_t inline_mtu = port.asic.device->capabilities().offered.inline_mtu;
  if (std::min(port.asic.device->programs().max_packet_offset(), mtu) <= inline_mtu) return 0;
  port.asic.note("BPF offload active, potential packet access beyond hardware packet boundary");
  return -EBUSY;
}

int set_features(net_device* dev, uint64_t features) {
  Port& port = port_of(dev);
  if ((features & NETIF_F_HW_TC) != 0 || port.filter == nullptr) return 0;
  const std::lock_guard guard(port.asic.mutex);
  port.asic.note("Cannot disable HW TC offload while offloads active");
  return -EBUSY;
}

}  // namespace host::nfp
