// Programs of netdevsim: bound, verified, translated to nothing, attached.
// SPDX-License-Identifier: Apache-2.0
#include <linux/if_ether.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>

#include "host-driver/drivers/netdevsim/netdevsim_p.h"

namespace host::netdevsim {

namespace {

constexpr std::string_view kTranslated = "xlated";

int refuse(netlink_ext_ack* extack, std::string_view text, int error) {
  nl_set_err_msg_mod(extack, kModule, text);
  return -error;
}

BoundProgram& state_of(const bpf_prog* prog) {
  return *static_cast<BoundProgram*>(prog->aux->offload->dev_priv);
}

int prepare(bpf_prog* prog) {
  Asic& asic = *static_cast<Asic*>(bpf_offload_dev_priv(prog->aux->offload->offdev));
  if (!asic.on(DeviceKnob::bpf_bind_accept)) return -EOPNOTSUPP;
  const std::lock_guard guard(asic.mutex);
  const uint32_t number = asic.next_number++;
  auto state = std::make_unique<BoundProgram>(BoundProgram{&asic, number, prog, "verify"});
  prog->aux->offload->dev_priv = state.get();
  asic.bound.emplace(number, std::move(state));
  return 0;
}

int insn_hook(bpf_verifier_env* env, int insn_idx, int /*prev_insn_idx*/) {
  const Asic& asic = *state_of(env->prog).asic;
  if (insn_idx == 0) {
    const std::chrono::milliseconds delay(asic.on(DeviceKnob::bpf_bind_verifier_delay));
    if (delay.count() != 0) std::this_thread::sleep_for(delay);
  }
  if (static_cast<size_t>(insn_idx) + 1 != env->prog->program.insns.size()) return 0;
  bpf_verifier_log_write(env, "[netdevsim] Hello from netdevsim!\n");
  return asic.on(DeviceKnob::bpf_bind_verifier_accept) ? 0 : -EOPNOTSUPP;
}

int translate(bpf_prog* prog) {
  BoundProgram& state = state_of(prog);
  const std::lock_guard guard(state.asic->mutex);
  state.state = kTranslated.data();
  return 0;
}

void destroy(bpf_prog* prog) {
  BoundProgram& state = state_of(prog);
  assert(!state.is_loaded && "a program is detached before it goes");
  const std::lock_guard guard(state.asic->mutex);
  state.asic->bound.erase(state.number);
}

void set_loaded(const bpf_prog* prog, bool is_loaded) {
  if (prog == nullptr || prog->aux->offload == nullptr) return;
  BoundProgram& state = state_of(prog);
  const std::lock_guard guard(state.asic->mutex);
  state.is_loaded = is_loaded;
}

void exchange(Port& port, const bpf_prog* prog, const bpf_prog* old) {
  assert(port.offloaded == old && "the network and the driver agree on what is offloaded");
  port.offloaded = prog;
  port.offloaded_id = prog == nullptr ? 0 : prog->aux->id;
  set_loaded(prog, true);
  set_loaded(old, false);
}

int setup_native(Port& port, const netdev_bpf* request) {
  const bpf_prog* prog = request->prog.get();
  if (prog != nullptr && prog->aux->offload != nullptr)
    return refuse(request->extack, "attempt to load offloaded prog to drv", EINVAL);
  if (prog != nullptr && port.dev.mtu > kMaxXdpMtu)
    return refuse(request->extack, "MTU too large w/ XDP enabled", EINVAL);
  if (!port.on(PortKnob::bpf_xdpdrv_accept))
    return refuse(request->extack, "driver XDP disabled in DebugFS", EOPNOTSUPP);
  xdp_attachment_setup(&port.xdp, request);
  return 0;
}

int check_offload(const Port& port, const netdev_bpf* request) {
  const bpf_prog* prog = request->prog.get();
  if (prog == nullptr) return 0;
  if (prog->aux->offload == nullptr)
    return refuse(request->extack, "xdpoffload of non-bound program", EINVAL);
  if (!bpf_offload_dev_match(prog, const_cast<net_device*>(&port.dev)))
    return refuse(request->extack, "program bound to different dev", EINVAL);
  if (state_of(prog).state != kTranslated)
    return refuse(request->extack, "offloading program in bad state", EINVAL);
  return 0;
}

int setup_offload(Port& port, const netdev_bpf* request) {
  if (const int error = check_offload(port, request); error != 0) return error;
  if (!port.on(PortKnob::bpf_xdpoffload_accept))
    return refuse(request->extack, "XDP offload disabled in DebugFS", EOPNOTSUPP);
  const bpf_prog* active = port.xdp_hw.prog.get();
  if (active == nullptr && request->prog && port.offloaded != nullptr)
    return refuse(request->extack, "TC program is already loaded", EBUSY);
  if (active != nullptr || request->prog) exchange(port, request->prog.get(), active);
  xdp_attachment_setup(&port.xdp_hw, request);
  return 0;
}

int offload_filter(Port& port, tc_cls_bpf_offload* request) {
  netlink_ext_ack* extack = request->common.extack;
  const bpf_prog* prog = request->prog.get();
  if (!tc_cls_can_offload_and_chain0(&port.dev, &request->common)) return -EOPNOTSUPP;
  if (request->common.protocol != ETH_P_ALL)
    return refuse(extack, "only ETH_P_ALL supported as filter protocol", EOPNOTSUPP);
  if (!port.on(PortKnob::bpf_tc_accept))
    return refuse(extack, "netdevsim configured to reject BPF TC offload", EOPNOTSUPP);
  const bool is_unbound = prog != nullptr && prog->aux->offload == nullptr;
  if (is_unbound && !port.on(PortKnob::bpf_tc_non_bound_accept))
    return refuse(extack, "netdevsim configured to reject unbound programs", EOPNOTSUPP);
  if (request->command != TC_CLSBPF_OFFLOAD) return -EOPNOTSUPP;
  // A filter that is not the offloaded one has nothing to take away.
  if (port.offloaded != request->oldprog.get()) {
    if (prog == nullptr) return 0;
    if (port.offloaded != nullptr)
      return refuse(extack, "driver and netdev offload states mismatch", EBUSY);
  }
  exchange(port, prog, port.offloaded);
  return 0;
}

}  // namespace

const bpf_prog_offload_ops kProgramOps = {
    .insn_hook = insn_hook,
    .finalize = [](bpf_verifier_env*) { return 0; },
    .prepare = prepare,
    .translate = translate,
    .destroy = destroy,
};

int ndo_bpf(net_device* dev, netdev_bpf* request) {
  switch (request->command) {
    case XDP_SETUP_PROG:
      return setup_native(port_of(dev), request);
    case XDP_SETUP_PROG_HW:
      return setup_offload(port_of(dev), request);
    case BPF_OFFLOAD_MAP_ALLOC:
      return map_alloc(port_of(dev), request->offmap);
    case BPF_OFFLOAD_MAP_FREE:
      return map_free(request->offmap);
    default:
      return -EINVAL;
  }
}

int ndo_setup_tc(net_device* dev, tc_setup_type type, void* type_data) {
  if (type != TC_SETUP_CLSBPF) return -EOPNOTSUPP;
  return offload_filter(port_of(dev), static_cast<tc_cls_bpf_offload*>(type_data));
}

}  // namespace host::netdevsim
