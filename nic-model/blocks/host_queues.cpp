// DMA timing and free buffers of the host's queues.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/host_queues.h"

#include <algorithm>
#include <cmath>

#include "base/bits.h"

namespace nic {
namespace {

constexpr size_t kIpAt = 14;
constexpr uint16_t kEtherTypeIp = 0x0800;
constexpr unsigned kDoorbellBytes = 4;

uint64_t picoseconds(double nanoseconds) {
  return static_cast<uint64_t>(std::llround(nanoseconds * 1000));
}

}  // namespace

// FNV-1a over addresses, protocol and, where there are some, ports.
uint32_t flow_hash(std::span<const uint8_t> frame) {
  constexpr size_t kPortsAt = kIpAt + 20, kPortsEnd = kPortsAt + 4;
  if (frame.size() < kPortsAt || base::load_be<uint16_t>(frame.data() + 12) != kEtherTypeIp)
    return 0;
  uint32_t hash = 0x811c9dc5;
  const auto add = [&hash](std::span<const uint8_t> bytes) {
    for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x01000193;
  };
  add(frame.subspan(kIpAt + 9, 1));
  add(frame.subspan(kIpAt + 12, 8));
  const uint8_t protocol = frame[kIpAt + 9];
  const bool has_ports = (protocol == 6 || protocol == 17) && frame[kIpAt] == 0x45;
  if (has_ports && frame.size() >= kPortsEnd) add(frame.subspan(kPortsAt, 4));
  return hash ^ (hash >> 16);
}

HostQueues::HostQueues(const Config& config)
    : config_(config),
      link_(config.pcie_bps),
      uplink_(config.pcie_bps),
      transaction_ps_(picoseconds(config.pcie_transaction_ns)),
      read_transaction_ps_(picoseconds(config.pcie_read_transaction_ns)),
      queues_(config.host_queues) {}

uint64_t HostQueues::read_latency_ps(uint64_t bytes) const {
  return picoseconds(config_.pcie_base_latency_ns +
                     config_.pcie_ns_per_byte * static_cast<double>(bytes));
}

uint64_t HostQueues::write_latency_ps(uint64_t bytes) const {
  return picoseconds(config_.pcie_write_latency_ns +
                     config_.pcie_write_ns_per_byte * static_cast<double>(bytes));
}

uint64_t HostQueues::doorbell_ps() const { return write_latency_ps(kDoorbellBytes); }

uint64_t HostQueues::fetch(uint64_t time_ps, uint64_t bytes) {
  uplink_.wait_until(time_ps);
  const uint64_t start_ps = uplink_.now_ps();
  uplink_.advance((kDescriptorBytes + bytes) * 8);
  uplink_.wait_until(start_ps + 2 * read_transaction_ps_);
  return start_ps + read_latency_ps(kDescriptorBytes) + read_latency_ps(bytes);
}

std::optional<uint64_t> HostQueues::deliver(unsigned queue, uint64_t time_ps, uint64_t bytes) {
  return write(queue, time_ps, bytes, picoseconds(config_.host_packet_ns));
}

std::optional<uint64_t> HostQueues::deliver_event(unsigned queue, uint64_t time_ps,
                                                  uint64_t bytes) {
  return write(queue, time_ps, bytes, picoseconds(config_.host_event_ns));
}

std::optional<uint64_t> HostQueues::write(unsigned queue_number, uint64_t time_ps, uint64_t bytes,
                                          uint64_t host_work_ps) {
  Queue& queue = queues_[queue_number];
  while (!queue.refills_ps.empty() && queue.refills_ps.front() <= time_ps) queue.refills_ps.pop();
  const uint32_t descriptors = config_.host_queue_descriptors;
  if (descriptors != 0 && queue.refills_ps.size() >= descriptors) return std::nullopt;
  const uint64_t seen_ps = write_to_host(time_ps, bytes);
  queue.host_free_ps = std::max(queue.host_free_ps, seen_ps) + host_work_ps;
  queue.refills_ps.push(queue.host_free_ps);
  return seen_ps;
}

uint64_t HostQueues::write_to_host(uint64_t time_ps, uint64_t bytes) {
  link_.wait_until(time_ps);
  const uint64_t start_ps = link_.now_ps();
  link_.advance(bytes * 8);
  link_.wait_until(start_ps + transaction_ps_);
  return start_ps + write_latency_ps(bytes);
}

}  // namespace nic
