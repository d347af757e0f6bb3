// Inside of netdevsim: what it keeps of an ASIC, a port, a bound program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "host-driver/drivers/knobs.h"
#include "host-driver/netdev_offload.h"

namespace host::netdevsim {

inline constexpr std::string_view kModule = "netdevsim";
inline constexpr uint32_t kMaxXdpMtu = 4000;  // with native XDP

enum class DeviceKnob : size_t {
#define NETDEVSIM_DEVICE_KNOB(name, kind, initial) name,
#include "host-driver/drivers/netdevsim/knobs.def"
#undef NETDEVSIM_DEVICE_KNOB
};
enum class PortKnob : size_t {
#define NETDEVSIM_PORT_KNOB(name, kind, initial) name,
#include "host-driver/drivers/netdevsim/knobs.def"
#undef NETDEVSIM_PORT_KNOB
};
inline constexpr KnobSpec kDeviceKnobs[] = {
#define NETDEVSIM_DEVICE_KNOB(name, kind, initial) {#name, KnobKind::kind, initial},
#include "host-driver/drivers/netdevsim/knobs.def"
#undef NETDEVSIM_DEVICE_KNOB
};
inline constexpr KnobSpec kPortKnobs[] = {
#define NETDEVSIM_PORT_KNOB(name, kind, initial) {#name, KnobKind::kind, initial},
#include "host-driver/drivers/netdevsim/knobs.def"
#undef NETDEVSIM_PORT_KNOB
};

struct Asic;

// dev_priv of a program.
struct BoundProgram {
  Asic* asic;
  uint32_t number;  // counts the programs of the ASIC, from 0
  const bpf_prog* prog;
  const char* state;  // "verify", then "xlated"
  bool is_loaded = false;
};

struct Asic {
  explicit Asic(uint32_t address_in) : address(address_in) {}

  const uint32_t address;
  Knobs knobs{kDeviceKnobs};
  bpf_offload_dev* offdev = nullptr;

  std::mutex mutex;  // of what follows
  std::map<uint32_t, std::unique_ptr<BoundProgram>> bound;
  uint32_t next_number = 0;

  uint32_t on(DeviceKnob knob) const { return knobs.value(static_cast<size_t>(knob)); }
};

struct Port {
  Port(Asic& asic_in, uint32_t number_in) : asic(asic_in), number(number_in) {}

  Asic& asic;
  const uint32_t number;
  Knobs knobs{kPortKnobs};
  net_device dev;
  // Under RTNL.
  xdp_attachment_info xdp, xdp_hw;
  const bpf_prog* offloaded = nullptr;  // by XDP or tc
  std::atomic<uint32_t> offloaded_id = 0;

  bool on(PortKnob knob) const { return knobs.value(static_cast<size_t>(knob)) != 0; }
};

inline Port& port_of(const net_device* dev) { return *static_cast<Port*>(netdev_priv(dev)); }

extern const bpf_prog_offload_ops kProgramOps;  // programs.cpp
int ndo_bpf(net_device* dev, netdev_bpf* request);
int ndo_setup_tc(net_device* dev, tc_setup_type type, void* type_data);

int map_alloc(Port& port, bpf_offloaded_map* offmap);  // maps.cpp
int map_free(bpf_offloaded_map* offmap);

}  // namespace host::netdevsim
