// Asking this machine: interface, driver, rights, and a map on the device that is gone at once.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "host-driver/bpf_attr.h"
#include "host-driver/hw/diagnose.h"
#include "host-driver/kernel_bpf.h"

namespace host {
namespace {

std::string driver_of(const std::string& interface) {
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_drvinfo info = {};
  info.cmd = ETHTOOL_GDRVINFO;
  ifreq request = {};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&info);
  return ioctl(socket.get(), SIOCETHTOOL, &request) == 0
             ? std::string(info.driver, strnlen(info.driver, sizeof info.driver))
             : std::string();
}

bool has_admin_rights() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return (data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN)) != 0;
}

int create_map_on(unsigned ifindex) {
  bpf_attr attr = empty_attr();
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 1;
  attr.map_ifindex = ifindex;
  const int result = kernel_bpf(BPF_MAP_CREATE, attr);
  const base::UniqueFd gone_at_once(result);
  return result < 0 ? result : 0;
}

}  // namespace

HardwareProbe probe_of_this_machine() {
  return {[](const std::string& name) { return if_nametoindex(name.c_str()); }, driver_of,
          has_admin_rights, create_map_on};
}

}  // namespace host
