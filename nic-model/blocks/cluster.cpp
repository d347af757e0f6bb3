// Runs the workers' cores and charges their time.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/cluster.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/rng.h"

namespace nic {
namespace {

constexpr uint8_t kAllSlots = (1u << fpc::kSlots) - 1;

constexpr EventKind kind_of_command(Target target) {
  switch (target) {
    case Target::kCtm:
      return EventKind::kCtmCommand;
    case Target::kImem:
    case Target::kEmem:
      return EventKind::kSharedCommand;
    case Target::kAddThread:
      return EventKind::kAskCommand;
    case Target::kRetire:
      return EventKind::kRetireCommand;
    case Target::kBad:
    case Target::kEventData:
    case Target::kEvent:
    case Target::kSequence:
      break;
  }
  return EventKind::kCommand;
}

constexpr auto kCommandKinds = [] {
  std::array<EventKind, kTargets> kinds{};
  for (unsigned i = 0; i < kTargets; ++i) kinds[i] = kind_of_command(static_cast<Target>(i));
  return kinds;
}();

}  // namespace

Cluster::Cluster(const Config& config, EventWheel& wheel, const fpc::EngineChoice& engine)
    : config_(config),
      wheel_(wheel),
      islands_(std::min(config.islands, config.workers)),
      workers_(config.workers) {
  for (unsigned i = 0; i < workers_.size(); ++i) {
    Worker& worker = workers_[i];
    worker.core = engine.core(i);
    worker.command = &worker.core->command();
    if (engine.other) continue;  // may show copies, which context() makes
    const auto place_of = [&](unsigned slot) {
      return reinterpret_cast<std::byte*>(&worker.core->context(slot));
    };
    worker.registers = place_of(0);
    registers_apart_ = static_cast<size_t>(place_of(1) - place_of(0));
  }
}

void Cluster::start(const Program& program, uint64_t seed) {
  program_ = program;
  seed_ = seed;
  usage_ = {};
  for (unsigned i = 0; i < workers_.size(); ++i) {
    Worker& worker = workers_[i];
    worker.last_command_cycles = 0;
    worker.is_idle = false;
    adopt_program(i, wheel_.now());
    wheel_.schedule(wheel_.now(), EventKind::kRun, i);
  }
}

void Cluster::replace(const Program& program, uint64_t now_cycles) {
  program_ = program;
  for (unsigned i = 0; i < workers_.size(); ++i) {
    workers_[i].is_outdated = true;
    if (!workers_[i].is_idle) continue;
    workers_[i].is_idle = false;
    wheel_.schedule(now_cycles, EventKind::kRun, i);
  }
}

void Cluster::adopt_program(unsigned index, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  worker.core->set_code(*program_.code);
  worker.code = program_.code;
  worker.is_outdated = false;
  corrected_words_ += program_.code->corrected_words();
  reset(index, now_cycles);
}

void Cluster::spoil_store(unsigned index, uint16_t address, unsigned bits) {
  Worker& worker = workers_[index];
  if (worker.is_outdated) return;
  auto spoiled = std::make_shared<const fpc::CodeStore>(
      program_.code->flipped(address, (fpc::Word{1} << bits) - 1));
  worker.core->set_code(*spoiled);
  if (spoiled->corrected_words() > program_.code->corrected_words()) ++corrected_words_;
  worker.code = std::move(spoiled);
}

unsigned Cluster::spoiled_bits(unsigned index, uint16_t address) const {
  const Worker& worker = workers_[index];
  if (worker.is_outdated) return 0;
  return static_cast<unsigned>(
      std::popcount(worker.code->word(address) ^ program_.code->word(address)));
}

void Cluster::reset(unsigned index, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  base::Rng rng(seed_ + index);
  worker.core->reset(program_.cost.entry, kAllSlots, rng.next(), index);
  worker.packets = 0;
  worker.has_served = false;
  worker.stopped = 0;
  worker.charged = 0;
  worker.since_cycles.fill(now_cycles);
  worker.packet.fill(kNoPacket);
  for (uint8_t& generation : worker.generations) ++generation;
}

[[gnu::hot]] void Cluster::wake_up(Worker& worker, uint64_t now_cycles) {
  worker.is_idle = false;
  if (worker.had_packets) usage_.waiting_cycles += now_cycles - worker.idle_since_cycles;
}

// When the command that the core has ready is issued: spacing holds blocking commands of programs.
[[gnu::hot]] uint64_t Cluster::issue_time(Worker& worker, uint64_t ready_cycles) {
  const fpc::MemoryCommand& command = *worker.command;
  const Access access = decode_access(command);
  worker.access = access;
  uint64_t issue = ready_cycles;
  if (command.swaps && !access.is_datapath()) {
    const uint64_t spacing =
        command.wide ? config_.wide_spacing_cycles : config_.narrow_spacing_cycles;
    issue = std::max(issue, worker.last_command_cycles + spacing);
  }
  usage_.spaced_cycles += issue - ready_cycles;
  worker.last_command_cycles = issue;
  return issue;
}

[[gnu::hot]] void Cluster::run(unsigned index, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  if (worker.is_outdated) [[unlikely]]
    adopt_program(index, now_cycles);
  const fpc::Step step = worker.core->run(now_cycles, config_.watchdog_cycles);
  if (step.reason == fpc::StopReason::kIdle) {
    if (worker.is_idle) return;
    worker.is_idle = true;
    worker.idle_since_cycles = now_cycles;
    worker.had_packets = worker.packets != 0;
    return;
  }
  if (worker.is_idle) wake_up(worker, now_cycles);
  uint64_t end = now_cycles + step.cycles;
  if ((worker.charged >> step.slot & 1) != 0) {
    const DatapathCost& cost = program_.cost;
    worker.last_command_cycles = now_cycles + cost.charge_cycles + cost.entry_cycles;
    end += cost.charge_cycles;
    worker.charged &= static_cast<uint8_t>(~(1u << step.slot));
  }
  usage_.busy_cycles += end - now_cycles;
  usage_.instructions += step.instructions;
  if (step.reason == fpc::StopReason::kFault) {
    worker.fault = worker.core->fault();
    wheel_.schedule(end, EventKind::kFault, index);
  } else if (end - worker.since_cycles[step.slot] > config_.watchdog_cycles) {
    worker.fault =
        fault_at(index, fpc::FaultKind::kWatchdog, step.slot, worker.core->context(step.slot).pc);
    wheel_.schedule(end, EventKind::kFault, index);
  } else if (step.reason == fpc::StopReason::kCommand) {
    const uint64_t issue = issue_time(worker, end);
    wheel_.schedule(issue, kCommandKinds[static_cast<unsigned>(worker.access.target)], index);
  } else {
    wheel_.schedule(end, EventKind::kRun, index);
  }
}

fpc::Fault Cluster::fault_at(unsigned index, fpc::FaultKind kind, unsigned slot,
                             uint16_t address) const {
  const fpc::CodeStore& code = *workers_[index].code;
  const fpc::Word word = address < code.size() ? code.word(address) : 0;
  return {kind, static_cast<uint8_t>(slot), address, word};
}

[[gnu::hot]] void Cluster::go_on(unsigned index, uint64_t now_cycles, uint64_t hold_cycles) {
  if (hold_cycles == 0) return run(index, now_cycles);
  usage_.spaced_cycles += hold_cycles;
  wheel_.schedule(now_cycles + hold_cycles, EventKind::kRun, index);
}

[[gnu::hot]] void Cluster::signal(unsigned index, Signal signal, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  if (worker.generations[signal.slot] != signal.generation) return;
  worker.core->signal(signal.slot, signal.mask);
  if (worker.is_idle) run(index, now_cycles);
}

[[gnu::hot]] void Cluster::take_packet(unsigned index, unsigned slot, uint32_t packet,
                                       uint64_t now_cycles) {
  Worker& worker = workers_[index];
  assert(worker.packet[slot] == kNoPacket && "a context with a packet gets another one");
  worker.packet[slot] = packet;
  worker.since_cycles[slot] = now_cycles;
  if (program_.cost.charge_cycles != 0) worker.charged |= static_cast<uint8_t>(1u << slot);
  ++worker.packets;
  worker.has_served = true;
}

[[gnu::hot]] void Cluster::finish_packet(unsigned index, unsigned slot, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  worker.packet[slot] = kNoPacket;
  worker.since_cycles[slot] = now_cycles;
  --worker.packets;
}

// A context that is the core's current one goes on regardless of `enabled`; an address outside the store ends it there.
void Cluster::stop_context(unsigned index, unsigned slot) {
  Worker& worker = workers_[index];
  if (worker.packet[slot] != kNoPacket) --worker.packets;
  worker.packet[slot] = kNoPacket;
  worker.since_cycles[slot] = 0;
  worker.charged &= static_cast<uint8_t>(~(1u << slot));
  ++worker.generations[slot];
  worker.stopped |= static_cast<uint8_t>(1u << slot);
  fpc::ContextState& state = worker.core->context(slot);
  state.enabled = false;
  state.pc = fpc::kMaxAddress;
}

void Cluster::restart_if_stopped(unsigned index, uint64_t now_cycles) {
  Worker& worker = workers_[index];
  if (worker.stopped == kAllSlots && worker.has_served) reset(index, now_cycles);
  run(index, now_cycles);
}

}  // namespace nic
