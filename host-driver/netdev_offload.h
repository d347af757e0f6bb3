// The kernel's interface between network drivers and BPF offload: its names, contracts, lock order and errors.
// SPDX-License-Identifier: Apache-2.0
//
// A driver registers its devices with an offload device (one per ASIC) and is then called
//   prepare, insn_hook for every visit, finalize, replace_insn and remove_insns, translate, ..., destroy
// for each program, with the devices lock held for read (destroy: for write), and through ndo_bpf with RTNL held.
// Lock order: RTNL, then the devices lock (kernel_locks.h); no callback takes either. Errors are negative errno.
// What differs from C: references are shared pointers, so who keeps one need not count; text goes where printk went.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host-driver/bpf_objects.h"
#include "offload-compiler/ebpf/verifier.h"

namespace host {

// ENOTSUPP of the kernel, which errno.h lacks: it reaches user space as it is.
inline constexpr int kNotSupported = 524;

struct netlink_ext_ack {
  std::string msg;
};
// NL_SET_ERR_MSG and NL_SET_ERR_MSG_MOD; extack may be nullptr.
void nl_set_err_msg(netlink_ext_ack* extack, std::string_view text);
void nl_set_err_msg_mod(netlink_ext_ack* extack, std::string_view module, std::string_view text);

// ---- network devices

enum bpf_netdev_command {
  XDP_SETUP_PROG,
  XDP_SETUP_PROG_HW,
  BPF_OFFLOAD_MAP_ALLOC,
  BPF_OFFLOAD_MAP_FREE,
  XDP_SETUP_XSK_POOL,
};

struct netdev_bpf {
  bpf_netdev_command command{};
  // XDP_SETUP_PROG*. A driver that keeps the program keeps the reference, and drops the one it had.
  uint32_t flags = 0;
  ProgRef prog;  // none: remove
  netlink_ext_ack* extack = nullptr;
  // BPF_OFFLOAD_MAP_*
  bpf_offloaded_map* offmap = nullptr;
};

enum tc_setup_type { TC_SETUP_CLSBPF };
enum tc_clsbpf_command { TC_CLSBPF_OFFLOAD, TC_CLSBPF_STATS };

struct flow_cls_common_offload {
  uint32_t chain_index = 0;
  uint16_t protocol = 0;  // ETH_P_*, host order
  uint32_t prio = 0;
  netlink_ext_ack* extack = nullptr;  // only with skip_sw, or when the user asked for it
};

struct tc_cls_bpf_offload {
  flow_cls_common_offload common;
  tc_clsbpf_command command{};
  ProgRef prog, oldprog;
  std::string name;
  bool exts_integrated = false;  // direct action
};

struct xdp_attachment_info {
  ProgRef prog;
  uint32_t flags = 0;
};
// Keeps what `bpf` brings, drops what was there.
void xdp_attachment_setup(xdp_attachment_info* info, const netdev_bpf* bpf);

struct TestRun;  // test_run.h

struct net_device_ops {
  int (*ndo_init)(net_device*) = nullptr;
  void (*ndo_uninit)(net_device*) = nullptr;
  int (*ndo_bpf)(net_device*, netdev_bpf*) = nullptr;
  int (*ndo_setup_tc)(net_device*, tc_setup_type, void* type_data) = nullptr;
  int (*ndo_change_mtu)(net_device*, uint32_t new_mtu) = nullptr;
  int (*ndo_set_features)(net_device*, uint64_t features) = nullptr;
  // Not of the kernel: runs the program once on the device, for PROG_TEST_RUN of relaxed mode.
  int (*ndo_bpf_test_run)(net_device*, bpf_prog*, TestRun*) = nullptr;
};

inline constexpr uint64_t NETIF_F_HW_TC = 1;

enum bpf_xdp_mode { XDP_MODE_SKB, XDP_MODE_DRV, XDP_MODE_HW, __MAX_XDP_MODE };

struct bpf_xdp_entity {
  ProgRef prog;
  bpf_link* link = nullptr;
};

struct net;
struct bpf_offload_netdev;
struct ingress_qdisc;

// All fields but the driver's own are under RTNL.
struct net_device {
  std::string name;
  int ifindex = 0;
  net* nd_net = nullptr;  // nullptr: not registered
  uint32_t mtu = 1500;
  std::array<uint8_t, 6> dev_addr{};
  bool is_up = false;
  uint64_t features = 0, hw_features = 0;  // NETIF_F_*
  const net_device_ops* netdev_ops = nullptr;
  void* priv = nullptr;
  bpf_xdp_entity xdp_state[__MAX_XDP_MODE];
  std::shared_ptr<ingress_qdisc> ingress;  // rtnl/cls_bpf.h
  bpf_offload_netdev* offload =
      nullptr;  // under the devices lock; nullptr: not registered for offload
};

inline void* netdev_priv(const net_device* dev) { return dev->priv; }

// False with the reason in extack.
bool tc_cls_can_offload_and_chain0(const net_device* dev, flow_cls_common_offload* common);

// ---- offload

// What a driver sees of a run of the verifier.
struct bpf_verifier_env {
  bpf_prog* prog = nullptr;
  const ebpf::Visit* visit = nullptr;               // insn_hook: registers before the instruction
  const ebpf::VerifiedProgram* verified = nullptr;  // from finalize on
  std::vector<uint32_t>
      orig_idx;     // replace_insn, remove_insns: instruction that stood there when it was loaded
  std::string log;  // of the driver
};
// Text of the driver for the verifier's log, with line ends.
void bpf_verifier_log_write(bpf_verifier_env* env, std::string_view text);

struct bpf_prog_offload_ops {
  // Before the instruction is checked, at each visit. An error ends verification.
  int (*insn_hook)(bpf_verifier_env*, int insn_idx, int prev_insn_idx) = nullptr;
  int (*finalize)(bpf_verifier_env*) = nullptr;
  // What the verifier does to code that it has proven dead; errors only end these calls.
  int (*replace_insn)(bpf_verifier_env*, uint32_t off, const ebpf::Insn* insn) = nullptr;
  int (*remove_insns)(bpf_verifier_env*, uint32_t off, uint32_t cnt) = nullptr;
  int (*prepare)(bpf_prog*) = nullptr;
  int (*translate)(bpf_prog*) = nullptr;  // may leave an image in aux->offload->jited_image
  void (*destroy)(bpf_prog*) = nullptr;   // only after prepare succeeded
};

struct bpf_offload_dev;

struct bpf_prog_offload {
  bpf_prog* prog = nullptr;
  net_device* netdev = nullptr;
  bpf_offload_dev* offdev = nullptr;
  void* dev_priv = nullptr;
  bool dev_state = false;  // prepare succeeded
  bool opt_failed = false;
  std::vector<uint8_t> jited_image;
};

struct EntryView {
  std::span<const uint8_t> key, value;
};
using EntryVisit =
    std::function<void(std::span<const uint8_t> key, std::span<const uint8_t> value)>;

struct bpf_map_dev_ops {
  // key nullptr: the first.
  int (*map_get_next_key)(bpf_offloaded_map*, const void* key, void* next_key) = nullptr;
  int (*map_lookup_elem)(bpf_offloaded_map*, const void* key, void* value) = nullptr;
  int (*map_update_elem)(bpf_offloaded_map*, const void* key, const void* value,
                         uint64_t flags) = nullptr;
  int (*map_delete_elem)(bpf_offloaded_map*, const void* key) = nullptr;
  // Not of the kernel, for batches of relaxed mode; nullptr: entry by entry.
  // Up to `most` entries behind `key` (nullptr: from the first on); ENOENT: behind them there are no more.
  int (*map_lookup_batch)(bpf_offloaded_map*, const void* key, uint32_t most,
                          const EntryVisit& visit) = nullptr;
  // They end with the first error; `done` counts the entries before it. Entries to delete have no value.
  int (*map_update_batch)(bpf_offloaded_map*, std::span<const EntryView> entries, uint64_t flags,
                          size_t* done) = nullptr;
  int (*map_delete_batch)(bpf_offloaded_map*, std::span<const EntryView> entries,
                          size_t* done) = nullptr;
};

struct bpf_offloaded_map {
  bpf_map& map;
  net_device* netdev = nullptr;  // nullptr: orphaned
  const bpf_map_dev_ops* dev_ops = nullptr;
  void* dev_priv = nullptr;
  uint32_t dev_flags = 0;  // map_flags that concern the device
  bool is_shared = false;  // the driver keeps the entries in map.memory, if there is one
};

bpf_offload_dev* bpf_offload_dev_create(const bpf_prog_offload_ops* ops, void* priv);
// No device is registered any more.
void bpf_offload_dev_destroy(bpf_offload_dev* offdev);
void* bpf_offload_dev_priv(bpf_offload_dev* offdev);
int bpf_offload_dev_netdev_register(bpf_offload_dev* offdev, net_device* netdev);
// RTNL held. Programs and maps move to another device of the same ASIC, or become orphans.
void bpf_offload_dev_netdev_unregister(bpf_offload_dev* offdev, net_device* netdev);
// Bound to this device or to another one of its ASIC, and no orphan.
bool bpf_offload_dev_match(const bpf_prog* prog, net_device* netdev);

inline bool bpf_prog_is_dev_bound(const bpf_prog_aux* aux) { return aux->offload_requested; }
inline bool bpf_map_is_dev_bound(const bpf_map* map) { return map->offmap != nullptr; }

}  // namespace host
