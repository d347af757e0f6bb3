// The seam between a driver and a card: registers, DMA, the control queue, and time as the host lives through it.
// SPDX-License-Identifier: Apache-2.0
//
//   port.post(message);                       // a descriptor, a doorbell; the card fetches the rest
//   port.wait(port.now_ps() + 5'000'000);     // simulated time passes, packets are processed meanwhile
//   while (auto message = port.receive()) ...
//
// Everything happens at now_ps(), which only run_until(), wait() and the registers' reads move.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace nic {

// Control BAR: byte offsets, little endian (nfp-fw-abi 9).
namespace bar {
constexpr unsigned kControl = 0x0000, kUpdate = 0x0004, kCapabilities = 0x0038;
constexpr unsigned kBpfAbi = 0x80;        // 8 bits
constexpr unsigned kBpfFeatures = 0x81;   // 8 bits, bit 0: reload while running
constexpr unsigned kBpfMaxLength = 0x82;  // 16 bits, words
constexpr unsigned kBpfStart = 0x84;      // 16 bits
constexpr unsigned kBpfDone = 0x86;       // 16 bits
constexpr unsigned kBpfStack = 0x88;      // 8 bits, 64 bytes
constexpr unsigned kBpfInlineMtu = 0x89;  // 8 bits, 64 bytes
constexpr unsigned kBpfSize = 0x8e;       // 16 bits, words; written by the driver
constexpr unsigned kBpfAddress = 0x90;    // 64 bits, DMA address; written by the driver
constexpr unsigned kAppCounters =
    0xd90;  // pass, drop, tx, abort: 64 bits of packets, then of bytes
constexpr unsigned kBytes = 0x8000;

constexpr uint32_t kControlBpf = 1u << 27;  // in kControl and kCapabilities
constexpr uint32_t kUpdateGeneral = 1u << 0, kUpdateBpf = 1u << 10, kUpdateError = 1u << 31;
constexpr uint8_t kFeatureReload = 1;
}  // namespace bar

constexpr std::string_view kCapabilitySymbol = "_abi_bpf_capabilities";

struct HostMessage {
  std::vector<uint8_t> bytes;
  bool is_control = true;  // false: it came through a queue of packets, as events of programs do
};

struct HostCosts {  // what the driver's own work takes on this host
  uint64_t syscall_ps = 0, wakeup_ps = 0;
};

class HostPort {
 public:
  virtual ~HostPort() = default;

  virtual uint64_t now_ps() const = 0;
  virtual void run_until(uint64_t time_ps) = 0;  // lets time pass; not before now
  virtual void wait(uint64_t time_ps) = 0;  // the same, but ends early when receive() has something

  // Registers of the control BAR, 1, 2, 4 or 8 bytes; all ones where there are none. A write takes effect behind the host's back.
  virtual uint64_t read(unsigned offset, unsigned bytes) = 0;
  virtual void write(unsigned offset, unsigned bytes, uint64_t value) = 0;

  // A symbol of the firmware; empty: it has none of this name.
  virtual std::vector<uint8_t> symbol(std::string_view name) const = 0;

  // Lets the card read this memory until it is unmapped. Nothing: the mapping failed.
  virtual std::optional<uint64_t> map_memory(std::span<const uint8_t> memory) = 0;
  virtual void unmap_memory(uint64_t address) = 0;

  // A window of the card's address space: from now on a table that was made for it is this memory. False: no such table, or not
  // of this size.
  virtual bool share_table(uint32_t table, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) = 0;

  // Address >> 8 of a table's first element, for programs with global data; none: no such table, or a hash.
  virtual std::optional<uint32_t> table_page(uint32_t table) const = 0;

  virtual unsigned control_mtu() const = 0;
  virtual bool post(
      std::span<const uint8_t> message) = 0;         // false: the queue is full, or it is too long
  virtual std::optional<HostMessage> receive() = 0;  // the next message that the host has by now

  virtual HostCosts costs() const = 0;
};

}  // namespace nic
