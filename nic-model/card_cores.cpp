// What cores ask of the card: memory commands, packets to work on, verdicts, and what happens to contexts that fault.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/bits.h"
#include "fpc/isa.h"
#include "nic-model/blocks/sequence_port.h"
#include "nic-model/card.h"

namespace nic {
namespace {

constexpr unsigned kMostDeferSlots = 2;

// The datapath's own commands add no waits: those are in the measured datapath cycles, which the core is charged.
constexpr uint64_t kDatapathLatency = 1;

std::optional<uint8_t> selected_queue(const Descriptor& descriptor) {
  constexpr uint32_t kQueueSelected = 1u << 4;
  if ((descriptor.flags & kQueueSelected) == 0) return std::nullopt;
  return static_cast<uint8_t>(descriptor.queue);
}

Descriptor read_descriptor(const fpc::ByteStore& io) {
  std::array<uint8_t, 4 * firmware::kDescriptorWords> bytes;
  io.read(0, bytes);
  const auto word = [&](unsigned n) { return base::load_le<uint32_t>(bytes.data() + 4 * n); };
  return {word(0), word(1), word(2), word(3), word(4), word(5)};
}

}  // namespace

[[gnu::hot]] void Card::execute_ctm_command(unsigned worker, uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);  // until the core runs again
  end_command(worker,
              memory_.serve_ctm(now, cluster_.island_of(worker), cluster_.access(worker), command,
                                cluster_.registers(worker, command.slot)),
              now);
}

[[gnu::hot]] void Card::execute_shared_command(unsigned worker, uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);
  end_command(worker,
              memory_.serve_shared(now, cluster_.access(worker), command,
                                   cluster_.registers(worker, command.slot)),
              now);
}

[[gnu::hot]] inline void Card::end_command(unsigned worker, const MemorySystem::Served& served,
                                           uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);
  if (!served.is_done) [[unlikely]]
    return refuse_command(worker, command, now);
  complete(worker, command, served.signal_cycles);
  cluster_.go_on(worker, now, served.hold_cycles);
}

[[gnu::hot]] void Card::execute_ask(unsigned worker, uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);
  if (!ask_for_packet(worker, command, now)) return refuse_command(worker, command, now);
  cluster_.go_on(worker, now, 0);
}

[[gnu::hot]] void Card::execute_retire(unsigned worker, uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);
  if (!retire(worker, command, now)) return refuse_command(worker, command, now);
  complete(worker, command, now + kDatapathLatency);
  cluster_.go_on(worker, now, 0);
}

void Card::execute_command(unsigned worker, uint64_t now) {
  const fpc::MemoryCommand& command = cluster_.command(worker);
  const Access& access = cluster_.access(worker);
  switch (access.target) {
    case Target::kSequence:
      if (!read_sequence(worker, access, command)) break;
      complete(worker, command, now + kDatapathLatency);
      return cluster_.go_on(worker, now, 0);
    case Target::kEventData:
      if (!stage_event_data(worker, command, now)) break;
      return;
    case Target::kEvent:
      if (!send_event(worker, command, now)) break;
      return;
    default:
      break;
  }
  refuse_command(worker, command, now);
}

// The context's signal comes at `time`.
[[gnu::hot]] void Card::complete(unsigned worker, const fpc::MemoryCommand& command,
                                 uint64_t time) {
  if (command.signal == 0) return;
  const Signal signal = cluster_.signal_for(worker, command.slot, command.signal_mask());
  run_.wheel.schedule(time, EventKind::kSignal, worker, signal.pack());
}

[[gnu::hot]] bool Card::ask_for_packet(unsigned worker, const fpc::MemoryCommand& command,
                                       uint64_t now) {
  if (cluster_.packet_of(worker, command.slot) != kNoPacket) return false;
  if (command.length < firmware::kPvWords || command.signal == 0 ||
      command.xfer + firmware::kPvWords > fpc::kXferRegs) {
    return false;
  }
  const Waiting context{worker, command.slot, command.xfer, command.signal_mask()};
  WorkQueue& queue = run_.queues[cluster_.island_of(worker)];
  if (queue.packets.empty() || is_holding()) {
    queue.contexts.push(context);
    return true;
  }
  const uint32_t packet = queue.packets.front();
  queue.packets.pop();
  hand_over(context, packet, now);
  return true;
}

[[gnu::hot]] void Card::hand_over(const Waiting& context, uint32_t index, uint64_t now) {
  Packet& packet = run_.packets[index];
  if (!run_.has_served) {
    run_.has_served = true;
    run_.startup = cluster_.usage();
    run_.count.first_service_cycles = now;
  }
  packet.service_number = run_.window.open();
  const auto words = packet_vector(packet);
  fpc::ContextState& state = cluster_.registers(context.worker, context.slot);
  std::copy(words.begin(), words.end(), state.xfer_in.begin() + context.xfer);
  cluster_.take_packet(context.worker, context.slot, index, now);
  const Signal signal = cluster_.signal_for(context.worker, context.slot, context.signal_mask);
  run_.wheel.schedule(now + kDatapathLatency, EventKind::kSignal, context.worker, signal.pack());
}

// The firmware hands a packet back. False: the context has none, or the descriptor is not its packet's.
[[gnu::hot]] bool Card::retire(unsigned worker, const fpc::MemoryCommand& command, uint64_t now) {
  const uint32_t index = cluster_.packet_of(worker, command.slot);
  if (index == kNoPacket) return false;
  if (!fpc::perform_at(0, command, cluster_.registers(worker, command.slot), io_)) return false;
  const Descriptor descriptor = read_descriptor(io_);
  Packet& packet = run_.packets[index];
  const uint32_t received = packet.length;
  if (!describes(descriptor, packet)) return false;
  if (!is_dropped(descriptor.verdict) || hooks_->keeps_drops) {
    std::vector<uint8_t>& bytes = run_.packets.bytes_of(index);
    if (bytes.empty()) bytes = run_.packets.take_buffer();
    take_from_ctm(descriptor, memory_.ctm(packet.place.island), packet, bytes);
  }
  packet.wanted_queue = selected_queue(descriptor);
  run_.count.processed_bytes += received;
  cluster_.finish_packet(worker, command.slot, now);
  give_verdict(index, descriptor.verdict, now);
  return true;
}

[[gnu::hot]] bool Card::read_sequence(unsigned worker, const Access& access,
                                      const fpc::MemoryCommand& command) {
  constexpr uint64_t kAt = 64;  // in io_, behind the descriptor
  return read_sequence_words(run_.window, access, command, cluster_.registers(worker, command.slot),
                             io_, kAt);
}

// The command lies up to its defer slots before the word where the context would go on.
void Card::refuse_command(unsigned worker, const fpc::MemoryCommand& command, uint64_t now) {
  const uint16_t next = cluster_.context(worker, command.slot).pc;
  fpc::Fault fault{fpc::FaultKind::kBadCommand, command.slot, next, 0};
  for (unsigned back = 1; back <= kMostDeferSlots + 1 && back <= next; ++back) {
    const fpc::Fault here = cluster_.fault_at(worker, fpc::FaultKind::kBadCommand, command.slot,
                                              static_cast<uint16_t>(next - back));
    const base::Result<fpc::Insn> insn = fpc::decode(here.word);
    if (!insn || insn->op != command.op) continue;
    fault = here;
    break;
  }
  std::string detail;
  if (run_.faults.wants(fault)) {
    detail = memory_.refusal(cluster_.access(worker), command);
  }
  stop_faulty(worker, fault, detail, now);
}

// The context's packet counts as aborted. A context that was stopped before only reaches its end here.
void Card::stop_faulty(unsigned worker, const fpc::Fault& fault, const std::string& detail,
                       uint64_t now) {
  if (!cluster_.is_stopped(worker, fault.slot)) {
    run_.faults.add(worker, fault, detail);
    const uint32_t index = cluster_.packet_of(worker, fault.slot);
    cluster_.stop_context(worker, fault.slot);
    run_.events.take(worker, fault.slot);
    if (index != kNoPacket) {
      run_.count.processed_bytes += run_.packets[index].length;
      give_verdict(index, firmware::kVerdictDrop | firmware::kStatAbort, now);
    }
  }
  cluster_.restart_if_stopped(worker, now);
}

}  // namespace nic
