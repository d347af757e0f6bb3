// From the kernel's errors, which are the same for very different reasons, to one sentence.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/hw/diagnose.h"

#include <cerrno>
#include <cstring>

namespace host {
namespace {

std::string subject_of(const std::string& driver) {
  return driver.empty() ? "its driver" : "driver " + driver;
}

}  // namespace

Hardware diagnose(const std::string& interface, const HardwareProbe& probe) {
  Hardware out;
  out.ifindex = probe.index(interface);
  if (out.ifindex == 0) {
    out.answer = HardwareAnswer::kNoInterface;
    out.sentence = "no interface has this name in this network namespace";
    return out;
  }
  out.driver = probe.driver(interface);
  const int error = -probe.create_map(out.ifindex);
  if (error == 0) {
    out.answer = HardwareAnswer::kReady;
    out.sentence =
        subject_of(out.driver) + " creates maps on the device: programs can be offloaded";
  } else if (error == EPERM && !probe.is_admin()) {
    out.answer = HardwareAnswer::kNoRights;
    out.sentence = "offloading needs root (CAP_SYS_ADMIN), which this process does not have";
  } else if (error == EOPNOTSUPP) {
    out.answer = HardwareAnswer::kNoDriverSupport;
    out.sentence = subject_of(out.driver) + " has no XDP and no BPF offload at all";
  } else if (error == EINVAL) {
    out.answer = HardwareAnswer::kNotRegistered;
    out.sentence = subject_of(out.driver) +
                   " has XDP but is not registered for BPF offload: only nfp and netdevsim are; on "
                   "an nfp card, `ethtool -i` must show firmware of the bpf app";
  } else {
    out.sentence = "the kernel refuses a map on the device: " + std::string(std::strerror(error));
  }
  return out;
}

}  // namespace host
