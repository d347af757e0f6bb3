// capget(2): tools that look for the rights of root before they begin find them, since the card does not need them.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "host-driver/interpose/rights.h"
#include "host-driver/interpose/traps.h"

namespace interpose {
namespace {

struct Rights {
  uint64_t effective, permitted, inheritable;
};

size_t words_of(uint32_t version) {
  if (version == _LINUX_CAPABILITY_VERSION_1) return _LINUX_CAPABILITY_U32S_1;
  const bool has_two =
      version == _LINUX_CAPABILITY_VERSION_2 || version == _LINUX_CAPABILITY_VERSION_3;
  return has_two ? _LINUX_CAPABILITY_U32S_3 : 0;
}

// Of a root that has all but the right that it gave up.
bool is_root_without_network(const Target& target, const Rights& rights) {
  return target.uid() == 0 && target.has_no_new_privileges() &&
         (rights.permitted & kNetworkRight) == 0 &&
         (rights.permitted | kNetworkRight) == target.capabilities("CapBnd");
}

}  // namespace

Outcome Traps::trap_capget(const Call& call, const Target& target) {
  __user_cap_header_struct head = {};
  const std::span bytes(reinterpret_cast<uint8_t*>(&head), sizeof head);
  if (call.arg[1] == 0 || !target.read(call.arg[0], bytes)) return Outcome::pass();
  const size_t words = words_of(head.version);
  if (words == 0 || (head.pid != 0 && !target.is_process(head.pid))) return Outcome::pass();
  Rights rights = {target.capabilities("CapEff"), target.capabilities("CapPrm"),
                   target.capabilities("CapInh")};
  if (!is_root_without_network(target, rights)) return Outcome::pass();
  if (rights.effective == rights.permitted) rights.effective |= kNetworkRight;
  rights.permitted |= kNetworkRight;
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  for (size_t i = 0; i < words; ++i) {
    const auto word = [=](uint64_t set) { return static_cast<uint32_t>(set >> (32 * i)); };
    sets[i] = {word(rights.effective), word(rights.permitted), word(rights.inheritable)};
  }
  const auto* out = reinterpret_cast<const uint8_t*>(sets);
  return Outcome::result(target.write(call.arg[1], {out, words * sizeof *sets}) ? 0 : -EFAULT);
}

}  // namespace interpose
