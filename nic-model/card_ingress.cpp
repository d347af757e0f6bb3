// A packet's way in: source, wire, MAC, credit and buffer, CTM.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <utility>

#include "nic-model/card.h"

namespace nic {

// Pulls the source's next packet and schedules its first bit, unless a limit ends the run.
[[gnu::hot]] void Card::fetch_frame() {
  run_.has_frame = false;
  if (limits_.packets != 0 && run_.count.offered >= limits_.packets) return;
  base::Result<bool> next = source_->next(run_.frame);
  if (!next) {
    run_.error = next.error();
    return;
  }
  if (!*next) return;
  run_.frame.arrival_ps += run_.source_base_ps;
  if (limits_.duration_ps != 0 && run_.frame.arrival_ps >= limits_.duration_ps) return;
  run_.has_frame = true;
  const uint64_t arrival = cycles_of(run_.frame.arrival_ps);
  run_.wheel.schedule(std::max(arrival, run_.wheel.now()), EventKind::kArrival, 0);
}

[[gnu::hot]] void Card::arrive(uint64_t now) {
  if (is_holding()) [[unlikely]]
    check_holding(now);
  Frame& frame = run_.frame;
  const uint64_t length = std::max<uint64_t>(frame.wire_bytes, frame.bytes.size());
  const std::optional<Loss> unfit = run_.mac.check_length(length);
  std::optional<Place> place;
  if (run_.ingress.is_lossless() && !unfit) {
    Loss unused{};
    place = run_.ingress.admit(length, unused);
    if (!place) {
      run_.is_held = true;  // free_place() tries again
      return;
    }
  }
  const uint16_t port = static_cast<uint16_t>(frame.port % config_.ports);
  const uint64_t held_ps = run_.was_held ? time_of(now) : run_.count.last_arrival_ps;
  const uint64_t ready_ps =
      run_.ingress.is_lossless() ? std::max(frame.arrival_ps, held_ps) : frame.arrival_ps;
  const Mac::WireTime wire = run_.mac.receive(port, ready_ps, length);
  if (wire.first_bit_ps > frame.arrival_ps) ++run_.count.delayed;
  run_.was_held = false;

  if (run_.count.offered == 0) run_.count.first_arrival_ps = wire.first_bit_ps;
  run_.count.last_arrival_ps = wire.first_bit_ps;
  const uint32_t index = run_.packets.take();
  Packet& packet = run_.packets[index];
  packet.sequence = run_.count.offered++;
  run_.count.offered_bytes += length;
  packet.arrival_ps = wire.first_bit_ps;
  packet.last_bit_ps = wire.last_bit_ps;
  packet.port = port;
  packet.length = static_cast<uint32_t>(length);
  std::vector<uint8_t>& bytes = run_.packets.bytes_of(index);
  bytes = std::exchange(frame.bytes, run_.packets.take_buffer());
  if (unfit) {
    lose(index, *unfit);
  } else {
    bytes.resize(length);  // what a capture cut off reads as zero
    packet.has_place = place.has_value();
    if (place) packet.place = *place;
    run_.wheel.schedule(std::max(now, cycles_of(wire.last_bit_ps)), EventKind::kReceived, index);
  }
  fetch_frame();
}

[[gnu::hot]] void Card::receive(uint32_t index) {
  Packet& packet = run_.packets[index];
  const std::optional<uint64_t> passed_ps = run_.mac.ingest(packet.last_bit_ps);
  if (!passed_ps) return lose(index, Loss::kMacIngest);
  if (!packet.has_place) {
    Loss loss{};
    const std::optional<Place> place = run_.ingress.admit(packet.length, loss);
    if (!place) return lose(index, loss);
    packet.place = *place;
    packet.has_place = true;
  }
  const uint64_t in_ctm_ps = *passed_ps + uint64_t{config_.ingress_latency_ns} * 1000;
  run_.wheel.schedule(cycles_of(in_ctm_ps), EventKind::kInCtm, index);
}

[[gnu::hot]] void Card::put_in_ctm(uint32_t index, uint64_t now) {
  Packet& packet = run_.packets[index];
  std::vector<uint8_t>& bytes = run_.packets.bytes_of(index);
  packet.reorder_place = run_.reorder.enter(packet.port);
  const bool is_placed = place_in_ctm(packet, bytes, memory_.ctm(packet.place.island));
  assert(is_placed && "an island's CTM store is larger than all its buffers");
  static_cast<void>(is_placed);
  if (!has_tail(packet)) run_.packets.give_back_buffer(bytes);
  WorkQueue& queue = run_.queues[packet.place.island];
  if (queue.contexts.empty() || is_holding()) return queue.packets.push(index);
  const Waiting context = queue.contexts.front();
  queue.contexts.pop();
  hand_over(context, index, now);
}

void Card::lose(uint32_t index, Loss loss) {
  ++run_.count.lost[static_cast<unsigned>(loss)];
  if (run_.packets[index].has_place) free_place(run_.packets[index]);
  run_.packets.give_back(index);
}

// Credit and buffer return; a source that waited for room may go on.
[[gnu::hot]] void Card::free_place(const Packet& packet) {
  run_.ingress.release(packet.place);
  if (!run_.is_held) return;
  run_.is_held = false;
  run_.was_held = true;
  run_.wheel.schedule(run_.wheel.now(), EventKind::kArrival, 0);
}

base::Result<void> Card::attach(PacketSource& source, const Limits& limits, uint64_t base_ps) {
  source_ = &source;
  run_.source_base_ps = base_ps;
  limits_ = limits;
  if (limits_.packets != 0) limits_.packets += run_.count.offered;
  if (limits_.duration_ps != 0) limits_.duration_ps += base_ps;
  if (!run_.has_frame) fetch_frame();
  if (run_.error) return *run_.error;
  return {};
}

}  // namespace nic
