// The card's control: loading a store, beginning a run, and the loop over its events.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/card.h"

#include <fmt/format.h>

#include "fpc/ecc.h"
#include "fpc/interpreter.h"

namespace nic {
namespace {

using base::Result;

constexpr uint64_t kIoStoreBytes = uint64_t{1} << 20;

unsigned islands_of(const Config& config) { return std::min(config.islands, config.workers); }

}  // namespace

Card::Run::Run(const Config& config, unsigned islands)
    : mac(config),
      ingress(config, islands),
      reorder(config.ports),
      egress(config),
      host(config),
      events(config.workers),
      queues(islands) {}

Card::Card(const Config& config, uint64_t seed, const fpc::EngineChoice& engine)
    : config_(config),
      clock_(config.clock_hz),
      seed_(seed),
      engine_(engine),
      run_(config, islands_of(config)),
      cluster_(config, run_.wheel, engine),
      memory_(config, islands_of(config)),
      io_(kIoStoreBytes) {}

// Runs a lone context up to the first word of the program, which is made illegal for that.
Result<uint32_t> Card::measure_entry(const firmware::LinkedStore& store) const {
  std::vector<fpc::Word> words = store.words;
  if (store.program_start >= words.size()) return uint32_t{0};
  words[store.program_start] = fpc::with_ecc(fpc::kInsnMask);
  Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  if (!code) return code.error();
  fpc::Interpreter core;
  core.set_code(*code);
  core.reset(static_cast<uint16_t>(store.entry), 1, seed_, 0);
  constexpr unsigned kBoundaries = 16;
  for (unsigned i = 0; i < kBoundaries; ++i) {
    const fpc::Step step = core.run(0, config_.watchdog_cycles);
    if (step.reason == fpc::StopReason::kFault) {
      const bool is_there = core.fault().address == store.program_start;
      return is_there ? static_cast<uint32_t>(step.cycles) : uint32_t{0};
    }
    if (step.reason != fpc::StopReason::kCommand) continue;
    core.signal(step.slot, core.command().signal_mask());
  }
  return uint32_t{0};
}

Result<Program> Card::prepare(const firmware::LinkedStore& store) const {
  const unsigned most = config_.islands * config_.fpcs_per_island;
  if (config_.workers == 0 || config_.workers > most) {
    return base::out_of_range(fmt::format("workers is {}, allowed are 1..{} for {}",
                                          config_.workers, most, config_.name));
  }
  if (config_.datapath_cycles() < store.dispatch_cycles) {
    return base::out_of_range(fmt::format(
        "the {} datapath of {} costs {} cycles, allowed are at least the {} that the store's own "
        "dispatch takes",
        to_string(config_.firmware), config_.name, config_.datapath_cycles(),
        store.dispatch_cycles));
  }
  Result<uint32_t> entry_cycles = measure_entry(store);
  if (!entry_cycles) return entry_cycles.error();
  Result<fpc::CodeStore> code = fpc::CodeStore::create(store.words);
  if (!code) return code.error();
  code->limit_translation(engine_.code_bytes);
  return Program{std::make_shared<const fpc::CodeStore>(std::move(*code)),
                 {.entry = static_cast<uint16_t>(store.entry),
                  .charge_cycles = config_.datapath_cycles() - store.dispatch_cycles,
                  .entry_cycles = *entry_cycles}};
}

Result<void> Card::load(const firmware::LinkedStore& store) {
  Result<Program> program = prepare(store);
  if (!program) return program.error();
  program_ = std::move(*program);
  return {};
}

Result<void> Card::begin(PacketSource& source, const Limits& limits, const Hooks& hooks) {
  if (!program_.code) return base::invalid_input("no program is loaded", config_.name);
  run_ = Run(config_, cluster_.islands());
  memory_.reset_time();
  source_ = &source;
  limits_ = limits;
  hooks_ = &hooks;
  cluster_.start(program_, seed_);
  fetch_frame();
  if (run_.error) return *run_.error;
  is_running_ = true;
  return {};
}

[[gnu::hot]] Result<bool> Card::advance(uint64_t limit_cycles) {
  while (handle_next(limit_cycles)) {
    if (run_.error) [[unlikely]] {
      is_running_ = false;
      return *run_.error;
    }
  }
  return !run_.wheel.empty();
}

[[gnu::hot]] bool Card::handle_next(uint64_t limit_cycles) {
  Event event;
  if (!run_.wheel.pop(limit_cycles, event)) return false;
  const uint64_t now = event.time_cycles;
  switch (event.kind) {
    case EventKind::kArrival:
      arrive(now);
      break;
    case EventKind::kReceived:
      receive(event.subject);
      break;
    case EventKind::kInCtm:
      put_in_ctm(event.subject, now);
      break;
    case EventKind::kRun:
      cluster_.run(event.subject, now);
      break;
    case EventKind::kCtmCommand:
      issue<&Card::execute_ctm_command>(event.subject, now);
      break;
    case EventKind::kSharedCommand:
      issue<&Card::execute_shared_command>(event.subject, now);
      break;
    case EventKind::kAskCommand:
      issue<&Card::execute_ask>(event.subject, now);
      break;
    case EventKind::kRetireCommand:
      issue<&Card::execute_retire>(event.subject, now);
      break;
    case EventKind::kCommand:
      issue<&Card::execute_command>(event.subject, now);
      break;
    case EventKind::kFault:
      handle_fault(event.subject, now);
      break;
    case EventKind::kSignal:
      cluster_.signal(event.subject, Signal::unpack(event.detail), now);
      break;
    case EventKind::kAtPort:
      send_to_port(event.subject);
      break;
    case EventKind::kLeft:
      leave(event.subject, run_.packets[event.subject].goes_to_host ? Exit::kHost : Exit::kWire);
      break;
    case EventKind::kControl:
      control_(event);
      break;
    case EventKind::kTransmit:
      advance_transmit(event);
      break;
    case EventKind::kReload:
      advance_reload(now);
      break;
  }
  return true;
}

void Card::handle_fault(unsigned worker, uint64_t now) {
  if (cluster_.is_outdated(worker)) return cluster_.run(worker, now);
  const fpc::Fault fault = cluster_.fault(worker);
  const bool overstays = fault.kind == fpc::FaultKind::kWatchdog && run_.faults.wants(fault);
  stop_faulty(worker, fault, overstays ? overstay_text() : std::string(), now);
}

std::string Card::overstay_text() const {
  return fmt::format("longer than {} cycles in service", config_.watchdog_cycles);
}

Progress Card::progress() const {
  uint64_t lost = 0;
  for (unsigned i = 0; i < kLossesBeforeVerdict; ++i) lost += run_.count.lost[i];
  return {time_of(run_.wheel.now()), run_.count.verdicts + lost, limits_.packets};
}

}  // namespace nic
