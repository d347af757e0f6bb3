// PCIe and the host's queues: DMA shares the link, each way for itself; a receive queue has a limited number of free buffers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nic-model/blocks/ring.h"
#include "nic-model/config.h"
#include "nic-model/rate_clock.h"

namespace nic {

// Queue number before the modulo: a hash of the IPv4 5-tuple, 0 for anything else. Same flow, same queue.
uint32_t flow_hash(std::span<const uint8_t> frame);

constexpr unsigned kDescriptorBytes = 16;  // of a queue, in host memory

class HostQueues {
 public:
  explicit HostQueues(const Config& config);

  unsigned count() const { return static_cast<unsigned>(queues_.size()); }

  // When the host sees a packet or an event whose DMA may begin at `time_ps`; nothing: no free buffer.
  std::optional<uint64_t> deliver(unsigned queue, uint64_t time_ps, uint64_t bytes);
  std::optional<uint64_t> deliver_event(unsigned queue, uint64_t time_ps, uint64_t bytes);

  // A DMA write of the card that belongs to no queue here, on the same link; returns when the host sees it.
  uint64_t write_to_host(uint64_t time_ps, uint64_t bytes);

  // When the card has read a descriptor and the `bytes` of host memory that it names, about which a doorbell told it at `time_ps`.
  // Served in the order of the calls.
  uint64_t fetch(uint64_t time_ps, uint64_t bytes);

  uint64_t doorbell_ps() const;  // the host's write of one until the card has it
  uint64_t read_latency_ps(uint64_t bytes) const;
  uint64_t write_latency_ps(uint64_t bytes) const;

 private:
  std::optional<uint64_t> write(unsigned queue, uint64_t time_ps, uint64_t bytes,
                                uint64_t host_work_ps);

  struct Queue {
    Ring<uint64_t> refills_ps;  // when the buffers in use are free again
    uint64_t host_free_ps = 0;
  };
  Config config_;
  RateClock link_, uplink_;  // to the host, from the host
  uint64_t transaction_ps_, read_transaction_ps_;
  std::vector<Queue> queues_;
};

}  // namespace nic
