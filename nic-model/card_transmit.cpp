// A packet's way from the host to a port: transmit ring, doorbell, DMA, the port's queue. No program sees it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>

#include "nic-model/card.h"

namespace nic {
namespace {

constexpr uint32_t kLeastFrameBytes = 60;  // without FCS; the port fills up what is shorter

}  // namespace

bool Card::transmit(unsigned port, std::span<const uint8_t> frame, uint64_t time_ps) {
  assert(port < config_.ports && "a port that the card has");
  Transmit& way = run_.transmit;
  if (run_.mac.check_length(frame.size())) {
    ++way.count.unfit;
    return false;
  }
  if (way.in_ring == config_.host_transmit_descriptors) {
    ++way.count.ring_full;
    return false;
  }
  ++way.in_ring;
  const uint32_t index = run_.packets.take();
  std::vector<uint8_t>& bytes = run_.packets.bytes_of(index);
  bytes = run_.packets.take_buffer();
  bytes.assign(frame.begin(), frame.end());
  Packet& packet = run_.packets[index];
  packet.arrival_ps = time_ps;
  packet.port = static_cast<uint16_t>(port);
  packet.length = static_cast<uint32_t>(frame.size());
  packet.last_bit_ps = time_ps + run_.host.doorbell_ps();
  schedule_transmit(index, TransmitStage::kRung);
  return true;
}

void Card::schedule_transmit(uint32_t index, TransmitStage stage) {
  const uint64_t cycles = cycles_of(run_.packets[index].last_bit_ps);
  run_.wheel.schedule(std::max(cycles, run_.wheel.now()), EventKind::kTransmit, index,
                      static_cast<uint32_t>(stage));
}

void Card::advance_transmit(const Event& event) {
  const uint32_t index = event.subject;
  Transmit& way = run_.transmit;
  Packet& packet = run_.packets[index];
  switch (static_cast<TransmitStage>(event.detail)) {
    case TransmitStage::kRung:
      way.rung.push(index);
      return fetch_from_host(packet.last_bit_ps);
    case TransmitStage::kFetched:
      --way.in_ring;
      packet.length = std::max(packet.length, kLeastFrameBytes);
      run_.packets.bytes_of(index).resize(packet.length);
      packet.last_bit_ps += uint64_t{config_.egress_latency_ns} * 1000;
      return schedule_transmit(index, TransmitStage::kAtPort);
    case TransmitStage::kAtPort: {
      const std::optional<uint64_t> end_ps =
          run_.egress.send(packet.port, packet.last_bit_ps, packet.length);
      if (!end_ps) {
        ++way.count.port_full;
        return end_transmit(index);
      }
      packet.last_bit_ps = *end_ps;
      return schedule_transmit(index, TransmitStage::kLeft);
    }
    case TransmitStage::kLeft:
      ++way.count.packets;
      way.count.bytes += packet.length;
      if (transmitted_)
        transmitted_(
            {packet.arrival_ps, packet.last_bit_ps, packet.port, run_.packets.bytes_of(index)});
      return end_transmit(index);
  }
}

// Packets whose doorbell the card has, as far as its credits go.
void Card::fetch_from_host(uint64_t time_ps) {
  Transmit& way = run_.transmit;
  const uint32_t credits = config_.host_transmit_credits;
  while (!way.rung.empty() && (credits == 0 || way.on_card < credits)) {
    const uint32_t index = way.rung.front();
    way.rung.pop();
    ++way.on_card;
    Packet& packet = run_.packets[index];
    packet.last_bit_ps = run_.host.fetch(time_ps, packet.length);
    schedule_transmit(index, TransmitStage::kFetched);
  }
}

// Its credit returns.
void Card::end_transmit(uint32_t index) {
  const uint64_t time_ps = run_.packets[index].last_bit_ps;
  run_.packets.give_back(index);
  --run_.transmit.on_card;
  fetch_from_host(time_ps);
}

}  // namespace nic
