// A packet's way out: verdict, reorder, wire or host queue, and what it gives back.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "nic-model/card.h"

namespace nic {

// nfp-fw-abi 2.3: bit 17 drops, else bit 16 passes to the host, else the packet goes out of the port that it came from.
[[gnu::hot]] void Card::give_verdict(uint32_t index, uint32_t verdict, uint64_t now) {
  Packet& packet = run_.packets[index];
  packet.verdict = verdict;
  Counters& count = run_.count;
  ++count.verdicts;
  count.last_verdict_cycles = now;
  run_.window.close(packet.service_number);
  const bool drops = is_dropped(verdict);
  packet.goes_to_host = (verdict & firmware::kVerdictPass) != 0;
  if ((verdict & firmware::kStatAbort) != 0) {
    ++count.aborted;
    count.aborted_bytes += packet.length;
  } else {
    ++(drops ? count.drop : packet.goes_to_host ? count.pass : count.tx);
    (drops                 ? count.drop_bytes
     : packet.goes_to_host ? count.pass_bytes
                           : count.tx_bytes) += packet.length;
  }
  const uint64_t place = packet.reorder_place;
  const uint16_t port = packet.port;
  if (drops) {
    packet.last_bit_ps = time_of(now);
    leave(index, Exit::kDropped);
  }
  run_.reorder.retire(port, place, drops ? Reorder::kNothing : index, run_.released);
  release_in_order(now);
  if (is_holding() && run_.window.is_empty()) run_.wheel.schedule(now, EventKind::kReload, 0);
}

[[gnu::hot]] void Card::release_in_order(uint64_t now) {
  for (const uint32_t index : run_.released) {
    if (run_.packets[index].goes_to_host) {
      send_to_host(index, now);
    } else {
      const uint64_t at_port_ps = time_of(now) + uint64_t{config_.egress_latency_ns} * 1000;
      run_.packets[index].last_bit_ps = at_port_ps;
      run_.wheel.schedule(std::max(now, cycles_of(at_port_ps)), EventKind::kAtPort, index);
    }
  }
  run_.released.clear();
}

[[gnu::hot]] void Card::send_to_host(uint32_t index, uint64_t now) {
  Packet& packet = run_.packets[index];
  packet.last_bit_ps = time_of(now);
  const uint32_t choice =
      packet.wanted_queue ? *packet.wanted_queue : flow_hash(run_.packets.bytes_of(index));
  packet.queue = static_cast<uint16_t>(choice % run_.host.count());
  const std::optional<uint64_t> seen_ps =
      run_.host.deliver(packet.queue, packet.last_bit_ps, packet.length);
  if (!seen_ps) {
    ++run_.count.lost[static_cast<unsigned>(Loss::kHostQueue)];
    return leave(index, Exit::kDropped);
  }
  packet.last_bit_ps = *seen_ps;
  run_.wheel.schedule(std::max(now, cycles_of(*seen_ps)), EventKind::kLeft, index);
}

[[gnu::hot]] void Card::send_to_port(uint32_t index) {
  Packet& packet = run_.packets[index];
  const std::optional<uint64_t> end_ps =
      run_.egress.send(packet.port, packet.last_bit_ps, packet.length);
  if (!end_ps) {
    ++run_.count.lost[static_cast<unsigned>(Loss::kEgressQueue)];
    return leave(index, Exit::kDropped);
  }
  packet.last_bit_ps = *end_ps;
  run_.wheel.schedule(std::max(run_.wheel.now(), cycles_of(*end_ps)), EventKind::kLeft, index);
}

// The packet is off the card at packet.last_bit_ps; its room is free for the next one.
[[gnu::hot]] void Card::leave(uint32_t index, Exit exit) {
  Packet& packet = run_.packets[index];
  run_.latency_ps.add(packet.last_bit_ps - packet.arrival_ps);
  run_.count.last_exit_ps = std::max(run_.count.last_exit_ps, packet.last_bit_ps);
  const bool is_sent = exit != Exit::kDropped;
  if (is_sent) run_.count.sent_bytes += packet.length;
  if (hooks_->departure) {
    hooks_->departure({.sequence = packet.sequence,
                       .arrival_ps = packet.arrival_ps,
                       .departure_ps = packet.last_bit_ps,
                       .exit = exit,
                       .port = packet.port,
                       .queue = packet.queue,
                       .verdict = packet.verdict,
                       .bytes = is_sent || hooks_->keeps_drops
                                    ? std::span<const uint8_t>(run_.packets.bytes_of(index))
                                    : std::span<const uint8_t>()});
  }
  free_place(packet);
  run_.packets.give_back(index);
}

}  // namespace nic
