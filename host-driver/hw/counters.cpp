// An interface's statistics, from /sys/class/net.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <fstream>

#include "host-driver/hw/offload.h"

namespace host {

base::Result<InterfaceCounters> read_counters(const std::string& interface) {
  InterfaceCounters out;
  const struct {
    const char* name;
    uint64_t* value;
  } files[] = {{"rx_packets", &out.rx_packets}, {"rx_bytes", &out.rx_bytes},
               {"rx_dropped", &out.rx_dropped}, {"tx_packets", &out.tx_packets},
               {"tx_bytes", &out.tx_bytes},     {"tx_dropped", &out.tx_dropped}};
  for (const auto& file : files) {
    const std::string path = fmt::format("/sys/class/net/{}/statistics/{}", interface, file.name);
    if (!(std::ifstream(path) >> *file.value))
      return base::io_error("the kernel shows no statistics of the interface", path);
  }
  return out;
}

}  // namespace host
