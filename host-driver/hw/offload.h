// One program on a real card, through the running kernel: its maps on the device, the program loaded for it, attached to its
// hardware (XDP_FLAGS_HW_MODE). The kernel's JIT compiles it.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<HardwareOffload> offload = HardwareOffload::load(ifindex, program, types);
//   offload->fill_maps(json, "rules.json");
//   offload->attach();
//   ... traffic ...
//   offload->dump_maps();
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/kernel_bpf.h"
#include "host-driver/map_json.h"
#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace host {

class HardwareOffload {
 public:
  // Error: a map or the program is refused, with the last line of the kernel's log. Ask diagnose() before: the kernel's
  // errors do not tell a missing interface from one that cannot offload.
  static base::Result<HardwareOffload> load(unsigned ifindex, const ebpf::Program& program,
                                            const ebpf::KernelTypes& types);
  HardwareOffload(HardwareOffload&& other) noexcept;
  HardwareOffload& operator=(HardwareOffload&&) = delete;
  ~HardwareOffload();  // detaches; nothing stays on the card

  // In the form of map_json.h.
  base::Result<void> fill_maps(const std::string& json_text, const std::string& where);
  base::Result<std::string> dump_maps() const;

  // Error: kUnsupported for programs other than XDP; kBusy, one is attached already, which stays; kIo, the kernel's reason.
  base::Result<void> attach();

 private:
  HardwareOffload(unsigned ifindex, const ebpf::Program& program, KernelMaps maps);

  unsigned ifindex_;
  ebpf::ProgType type_;
  std::vector<ebpf::MapDef> definitions_;
  KernelMaps maps_;
  base::UniqueFd program_;
  bool attached_ = false;
};

// What an interface has counted since it exists, from sysfs. Bytes are of L2 without FCS.
struct InterfaceCounters {
  uint64_t rx_packets = 0, rx_bytes = 0, rx_dropped = 0;
  uint64_t tx_packets = 0, tx_bytes = 0, tx_dropped = 0;
};
base::Result<InterfaceCounters> read_counters(const std::string& interface);

}  // namespace host
