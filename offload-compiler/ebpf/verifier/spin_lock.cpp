// bpf_spin_lock: taking, releasing, and accesses that would break it.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/spin_lock.h"

#include <fmt/format.h>
#include <linux/bpf.h>

namespace ebpf {

namespace {

bool points_to_lock(Env& env, unsigned number) {
  const Reg& reg = env.reg(number);
  if (reg.type != RegType::kMapValue) {
    return env.reject(fmt::format("R{} type={} expected=map_value", number, to_string(reg.type)));
  }
  if (!reg.bounds.is_const()) {
    return env.reject(fmt::format(
        "R{} doesn't have constant offset. bpf_spin_lock has to be at the constant offset",
        number));
  }
  const MapDef& map = env.program.maps[reg.map];
  if (map.lock_off < 0) {
    return env.reject(fmt::format("map '{}' has no valid bpf_spin_lock", map.name));
  }
  const int64_t off = reg.off + static_cast<int64_t>(reg.bounds.var_off.value);
  if (off == map.lock_off) return true;
  return env.reject(fmt::format("off {} doesn't point to 'struct bpf_spin_lock' that is at {}", off,
                                map.lock_off));
}

}  // namespace

bool change_lock(Env& env, unsigned number, bool takes) {
  if (!points_to_lock(env, number)) return false;
  uint32_t& held = env.current.lock;
  const uint32_t id = env.reg(number).id;
  if (takes) {
    held = id;  // none was held: under a lock no helper is called but the one that releases it
    return true;
  }
  if (held == 0) return env.reject("bpf_spin_unlock without taking a lock");
  if (held != id) return env.reject("bpf_spin_unlock of different lock");
  held = 0;
  return true;
}

bool call_under_lock(Env& env) {
  return env.reject("function calls are not allowed while holding a lock");
}

bool spares_lock(Env& env, const MapDef& map, int64_t first, int64_t end) {
  constexpr int64_t kLockBytes = sizeof(bpf_spin_lock);
  if (map.lock_off < 0 || end <= map.lock_off || first >= map.lock_off + kLockBytes) return true;
  return env.reject("bpf_spin_lock cannot be accessed directly by load/store");
}

}  // namespace ebpf
