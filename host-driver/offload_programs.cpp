// Programs of the offload core: each step of a load as a call of the driver, under the devices lock.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <mutex>
#include <shared_mutex>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core.h"
#include "host-driver/offload_core_p.h"
#include "host-driver/rtnl/network.h"

namespace host {

namespace {

// Calls the driver's `op` for a program that still has a device.
template <typename Op, typename... Args>
int call_driver(const bpf_prog* prog, Op bpf_prog_offload_ops::*op, Args... args) {
  const std::shared_lock guard(devices_lock());
  const bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr) return -ENODEV;
  const auto function = offload->offdev->ops->*op;
  return function == nullptr ? 0 : function(args...);
}

// The driver follows changes of the code as far as it can.
template <typename Op, typename... Args>
void follow_change(const bpf_prog* prog, Op bpf_prog_offload_ops::*op, Args... args) {
  const std::shared_lock guard(devices_lock());
  bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr || offload->opt_failed) return;
  const auto function = offload->offdev->ops->*op;
  offload->opt_failed = function == nullptr || function(args...) != 0;
}

}  // namespace

int bpf_prog_offload_init(bpf_prog* prog, net* ns, int ifindex) {
  if (prog->type != BPF_PROG_TYPE_SCHED_CLS && prog->type != BPF_PROG_TYPE_XDP) return -EINVAL;
  const RtnlGuard rtnl(rtnl_mutex());
  net_device* netdev = dev_get_by_index(ns, ifindex);
  const std::lock_guard guard(devices_lock());
  if (const int error = offload_check_device(netdev); error != 0) return error;
  auto offload = std::make_unique<bpf_prog_offload>();
  offload->prog = prog;
  offload->netdev = netdev;
  offload->offdev = netdev->offload->offdev;
  netdev->offload->progs.push_back(prog);
  prog->aux->offload_requested = true;
  prog->aux->offload = std::move(offload);
  return 0;
}

int bpf_prog_offload_verifier_prep(bpf_prog* prog) {
  const std::shared_lock guard(devices_lock());
  bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr) return -ENODEV;
  const int error = offload->offdev->ops->prepare(prog);
  offload->dev_state = error == 0;
  return error;
}

int bpf_prog_offload_verify_insn(bpf_verifier_env* env, int insn_idx, int prev_insn_idx) {
  return call_driver(env->prog, &bpf_prog_offload_ops::insn_hook, env, insn_idx, prev_insn_idx);
}

int bpf_prog_offload_finalize(bpf_verifier_env* env) {
  return call_driver(env->prog, &bpf_prog_offload_ops::finalize, env);
}

void bpf_prog_offload_replace_insn(bpf_verifier_env* env, uint32_t off, const ebpf::Insn* insn) {
  follow_change(env->prog, &bpf_prog_offload_ops::replace_insn, env, off, insn);
}

void bpf_prog_offload_remove_insns(bpf_verifier_env* env, uint32_t off, uint32_t cnt) {
  follow_change(env->prog, &bpf_prog_offload_ops::remove_insns, env, off, cnt);
}

int bpf_prog_offload_compile(bpf_prog* prog) {
  return call_driver(prog, &bpf_prog_offload_ops::translate, prog);
}

int bpf_prog_offload_test_run(bpf_prog* prog, TestRun* run) {
  const RtnlGuard rtnl(rtnl_mutex());
  const std::shared_lock guard(devices_lock());
  const bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr) return -ENODEV;
  const auto function = offload->netdev->netdev_ops->ndo_bpf_test_run;
  return function == nullptr ? -kNotSupported : function(offload->netdev, prog, run);
}

void offload_forget_prog(bpf_prog* prog) {
  bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload->dev_state && offload->offdev->ops->destroy != nullptr)
    offload->offdev->ops->destroy(prog);
  std::erase(offload->netdev->offload->progs, prog);
  prog->aux->offload.reset();
}

void bpf_prog_offload_destroy(bpf_prog* prog) {
  const std::lock_guard guard(devices_lock());
  if (prog->aux->offload != nullptr) offload_forget_prog(prog);
}

bool bpf_offload_prog_map_match(const bpf_prog* prog, const bpf_map* map) {
  if (!bpf_map_is_dev_bound(map)) return map->map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  const std::shared_lock guard(devices_lock());
  return offload_is_bound_to(prog, map->offmap->netdev);
}

int bpf_prog_offload_info_fill(const bpf_prog* prog, DeviceInfo* info) {
  const RtnlGuard rtnl(rtnl_mutex());
  const std::shared_lock guard(devices_lock());
  const bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr) return -ENODEV;
  info->ifindex = static_cast<uint32_t>(offload->netdev->ifindex);
  info->net = offload->netdev->nd_net->name;
  info->image = offload->jited_image;
  return 0;
}

}  // namespace host
