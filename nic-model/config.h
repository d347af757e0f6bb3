// A NIC configuration: every parameter of the card with unit and source, from a TOML file.
// SPDX-License-Identifier: Apache-2.0
//
// nic-model/configs/*.toml are built into the library under their file names; a user copies one,
// edits it and names the file:
//
//   base  = "agilio-cx-2x40"                                            # everything that is not
//   said here clock = { value = 900, unit = "MHz", source = "guessed: what if" }  # `source` is
//   optional in a user's file
//
// parameters.def lists the keys with their units, ranges and meaning.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nic {

enum class Firmware : uint8_t { kStock, kStripped };
const char* to_string(Firmware firmware);

struct MemoryTiming {
  uint32_t latency_cycles = 0;     // issue to signal, uncontended
  double word_service_cycles = 0;  // engine occupancy of an access to one 16-byte word
  double atomic_service_cycles = 0;
  uint32_t banks = 1;  // spread accesses use this many engines (16 B interleave)
};

struct Config {
  std::string name;
  // cores
  uint64_t clock_hz = 0;
  uint32_t islands = 0, fpcs_per_island = 0;
  uint32_t workers = 0;  // at most islands x fpcs_per_island; callers may lower it
  Firmware firmware = Firmware::kStock;
  uint32_t datapath_stock_cycles = 0, datapath_stripped_cycles = 0;
  uint32_t narrow_spacing_cycles = 0,
           wide_spacing_cycles = 0;  // blocking commands, 32-bit / 40-bit addressed
  uint32_t watchdog_cycles = 0;
  // memories
  MemoryTiming cls, ctm, imem, emem;
  uint32_t emem_hot_latency_cycles = 0;  // cached
  uint64_t emem_cache_bytes = 0;
  uint32_t memory_queue_commands = 0;
  // ports
  uint32_t ports = 0;
  uint64_t port_bps = 0;      // 0: no wire limit
  double mac_ingest_pps = 0;  // 0: no cap
  uint32_t mac_fifo_packets = 0;
  uint32_t mtu = 0;
  // ingress, egress
  uint32_t packet_credits = 0;  // per island; 0: unlimited, sources wait
  uint32_t ctm_packet_bytes = 0;
  uint32_t ingress_latency_ns = 0, egress_latency_ns = 0;
  uint32_t egress_queue_packets = 0;
  // PCIe and host
  uint64_t pcie_bps = 0;
  double pcie_transaction_ns = 0, pcie_read_transaction_ns = 0;
  double pcie_base_latency_ns = 0, pcie_ns_per_byte = 0;  // DMA read
  double pcie_write_latency_ns = 0, pcie_write_ns_per_byte = 0;
  uint32_t host_queues = 0, host_queue_descriptors = 0;
  uint32_t host_transmit_descriptors = 0, host_transmit_credits = 0;
  double host_packet_ns = 0;
  double host_event_ns = 0;
  uint32_t control_queue_messages = 0;
  double control_dispatch_ns = 0;
  double host_syscall_ns = 0, host_interrupt_ns = 0, host_control_message_ns = 0,
         host_wakeup_ns = 0;

  std::map<std::string, std::string> sources;  // key -> source

  // Measured total of the firmware besides the program, per packet.
  uint32_t datapath_cycles() const {
    return firmware == Firmware::kStock ? datapath_stock_cycles : datapath_stripped_cycles;
  }
};

struct Parameter {                       // one row of `millrace nic show`
  std::string key, value, unit, source;  // source: measured, derived, guessed, with the place
  std::string meaning, range;
};

std::vector<std::string> config_names();

// A built-in name or the path of a TOML file. Error: unknown name (with those that exist), unknown
// key, value out of range (with the range), wrong type; all with file and line.
base::Result<Config> load_config(const std::string& name_or_path);
std::vector<Parameter> describe(const Config& config);

}  // namespace nic
