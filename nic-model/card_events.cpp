// Events of programs: gathered from packet, stack, map or packet memory, and sent to a host queue.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/bits.h"

#include "nic-model/card.h"

namespace nic {
namespace {

// The words of a command that writes, as bytes in memory.
template <size_t kBytes>
std::optional<std::array<uint8_t, kBytes>> written_bytes(const fpc::MemoryCommand& command,
                                                         fpc::ContextState& context,
                                                         fpc::ByteStore& scratch) {
  fpc::MemoryCommand local = command;
  local.address = 0;
  std::array<uint8_t, kBytes> bytes;
  if (!fpc::perform(local, context, scratch)) return std::nullopt;
  scratch.read(0, bytes);
  return bytes;
}

// Events pass through the island's CTM; where in it makes no difference.
Access staging_access(unsigned bytes) {
  return {.address = 0, .bytes = bytes, .target = Target::kCtm};
}

}  // namespace

bool Card::stage_event_data(unsigned worker, const fpc::MemoryCommand& command, uint64_t now) {
  constexpr unsigned kBytes = 4 * firmware::kEventPieceWords;
  const auto piece = written_bytes<kBytes>(command, cluster_.context(worker, command.slot), io_);
  if (!piece || !run_.events.append(worker, command.slot, *piece)) return false;
  const MemorySystem::Served served =
      memory_.touch(now, cluster_.island_of(worker), staging_access(kBytes));
  complete(worker, command, served.signal_cycles);
  cluster_.go_on(worker, now, served.hold_cycles);
  return true;
}

// The packet belongs to the context, so its bytes cannot change before the command completes.
bool Card::send_event(unsigned worker, const fpc::MemoryCommand& command, uint64_t now) {
  const auto words = written_bytes<4 * firmware::kEventWords>(
      command, cluster_.context(worker, command.slot), io_);
  const uint32_t index = cluster_.packet_of(worker, command.slot);
  if (!words || index == kNoPacket) return false;
  const auto word = [&](unsigned n) { return base::load_le<uint32_t>(words->data() + 4 * n); };
  const EventRequest request{word(0), word(1), word(2), word(3),
                             word(4), word(5), word(6), word(7)};
  const unsigned island = cluster_.island_of(worker);
  if (request.packet_bytes > firmware::kMaxFrameBytes) return false;
  std::vector<uint8_t> packet(request.packet_bytes), data;
  const Descriptor place{.length_word = request.length_word, .pointer = request.pointer};
  uint64_t done_cycles = now;
  if (!peek_in_ctm(place, memory_.ctm(island), run_.packets[index], run_.packets.bytes_of(index),
                   packet) ||
      !gather_event_data(worker, command.slot, request, now, data, done_cycles)) {
    return false;
  }
  const auto moved = static_cast<unsigned>(packet.size() + words->size());
  const MemorySystem::Served served = memory_.touch(now, island, staging_access(moved));
  complete(worker, command, std::max(done_cycles, served.signal_cycles));
  cluster_.go_on(worker, now, served.hold_cycles);
  deliver_event({.packet_sequence = run_.packets[index].sequence,
                 .map_id = request.map_id,
                 .packet = packet,
                 .data = data},
                flow_hash(packet), now);
  return true;
}

// False: no data of this kind, or not there.
bool Card::gather_event_data(unsigned worker, unsigned slot, const EventRequest& request,
                             uint64_t now, std::vector<uint8_t>& data, uint64_t& done_cycles) {
  const unsigned island = cluster_.island_of(worker);
  std::vector<uint8_t> staged = run_.events.take(worker, slot);
  if (request.data_bytes > firmware::kMaxEventDataBytes) return false;
  if (request.data_bytes == 0) return true;
  data.resize(request.data_bytes);
  if (request.data_kind == firmware::kEventDataStack) {
    if (staged.size() < data.size()) return false;
    std::copy_n(staged.begin(), data.size(), data.begin());
    return true;
  }
  const bool is_map = request.data_kind == firmware::kEventDataMap;
  if (!is_map && request.data_kind != firmware::kEventDataPacket) return false;
  const uint64_t address =
      is_map ? (uint64_t{request.data_high} << 8) + request.data_low : request.data_low;
  const Access access = decode_address(address, is_map, request.data_bytes);
  if (access.target != Target::kCtm && access.target != Target::kEmem) return false;
  (is_map ? memory_.shared() : memory_.ctm(island)).read(access.address, data);
  done_cycles = memory_.touch(now, island, access).signal_cycles;
  return true;
}

// By the queue of the packet's flow, whose free buffers events share with packets.
void Card::deliver_event(ProgramEvent event, uint32_t hash, uint64_t now) {
  event.queue = static_cast<uint16_t>(hash % run_.host.count());
  const uint64_t bytes = event_message_bytes(event.packet.size(), event.data.size());
  const std::optional<uint64_t> seen_ps = run_.host.deliver_event(event.queue, time_of(now), bytes);
  if (!seen_ps) {
    ++run_.count.events.lost;
    return;
  }
  ++run_.count.events.delivered;
  run_.count.events.bytes += bytes;
  run_.count.last_exit_ps = std::max(run_.count.last_exit_ps, *seen_ps);
  event.time_ps = *seen_ps;
  if (hooks_->event) hooks_->event(event);
}

}  // namespace nic
