// Runs the control FPC from boundary to boundary and performs its commands.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/control_core.h"

#include <algorithm>
#include <cassert>

#include "base/rng.h"
#include "fpc/ecc.h"
#include "nic-model/blocks/address_map.h"
#include "nic-model/blocks/cluster.h"
#include "nic-model/blocks/sequence_port.h"

namespace nic {
namespace {

namespace control = firmware::control;

constexpr unsigned kIsland = 0;
constexpr uint8_t kAllSlots = (1u << fpc::kSlots) - 1;
constexpr uint64_t kIoStoreBytes = uint64_t{1} << 20;
constexpr uint64_t kRegisterLatency = 1;
constexpr bool kIsPacket = false;  // what the service window counts

// 32-bit address of a context's message buffer, at the front of the CTM.
uint32_t buffer_of(unsigned slot) { return slot * control::kBufferBytes; }

uint64_t in_store(unsigned slot) {
  return decode_address(buffer_of(slot), false, control::kBufferBytes).address;
}

}  // namespace

ControlCore::ControlCore(const Config& config, EventWheel& wheel, MemorySystem& memory,
                         ServiceWindow& window, fpc::Engine engine)
    : config_(config),
      wheel_(wheel),
      memory_(memory),
      window_(window),
      service_(config_, memory.shared()),
      core_(fpc::make_core(engine)),
      io_(kIoStoreBytes) {}

base::Result<void> ControlCore::start(const firmware::Microcode& firmware, uint64_t seed,
                                      Reply reply) {
  std::vector<fpc::Word> words;
  for (const fpc::Word word : firmware.words) words.push_back(fpc::with_ecc(word));
  base::Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  if (!code) return code.error();
  code_ = std::move(*code);
  entry_ = firmware.labels.at("context_start");
  seed_ = seed;
  reply_ = std::move(reply);
  core_->set_code(*code_);
  restart(wheel_.now());
  return {};
}

// Its number is the one behind the workers.
void ControlCore::restart(uint64_t now) {
  for (Context& context : contexts_) {
    if (context.service_number != 0) window_.close(context.service_number, kIsPacket);
    context = {};
  }
  ++generation_;
  base::Rng rng(seed_ + config_.workers);
  core_->reset(entry_, kAllSlots, rng.next(), config_.workers);
  is_idle_ = false;
  schedule(now, ControlEvent::kRun);
}

void ControlCore::receive(std::vector<uint8_t> message, uint64_t now) {
  assert(message.size() <= control::kBufferBytes && "a message fits its buffer");
  messages_.push(std::move(message));
  for (unsigned slot = 0; slot < fpc::kSlots && !messages_.empty(); ++slot) {
    if (contexts_[slot].waits) hand_over(slot, now);
  }
}

void ControlCore::hand_over(unsigned slot, uint64_t now) {
  Context& context = contexts_[slot];
  const std::vector<uint8_t> message = std::move(messages_.front());
  messages_.pop();
  const bool is_written = memory_.ctm(kIsland).write(in_store(slot), message);
  assert(is_written && "an island's CTM store is larger than all its buffers");
  static_cast<void>(is_written);
  context.waits = false;
  context.service_number = window_.open(kIsPacket);
  context.since_cycles = now;
  fpc::ContextState& state = core_->context(slot);
  state.xfer_in[context.xfer] = static_cast<uint32_t>(message.size());
  state.xfer_in[context.xfer + 1] = buffer_of(slot);
  const Signal signal{static_cast<uint8_t>(slot), generation_, context.signal_mask};
  schedule(now + kRegisterLatency, ControlEvent::kSignal, signal.pack());
}

void ControlCore::handle(const Event& event) {
  const uint64_t now = event.time_cycles;
  switch (static_cast<ControlEvent>(event.subject)) {
    case ControlEvent::kRun:
      return run(now);
    case ControlEvent::kCommand:
      return execute(now);
    case ControlEvent::kFault:
      faults_.add(config_.workers, fault_,
                  "in the control core, whose messages are lost" + fault_detail_);
      fault_detail_.clear();
      return restart(now);
    case ControlEvent::kSignal: {
      const Signal signal = Signal::unpack(event.detail);
      if (signal.generation != generation_) return;
      core_->signal(signal.slot, signal.mask);
      if (is_idle_ && core_->ready_slots() != 0) run(now);
      return;
    }
    case ControlEvent::kMessage:
    case ControlEvent::kUpdate:
      break;
  }
  assert(false && "an event of the card");
}

void ControlCore::run(uint64_t now) {
  const fpc::Step step = core_->run(now, config_.watchdog_cycles);
  is_idle_ = step.reason == fpc::StopReason::kIdle;
  if (is_idle_) return;
  const Context& context = contexts_[step.slot];
  const uint64_t end = now + step.cycles;
  busy_cycles_ += step.cycles;
  const bool overstays =
      context.service_number != 0 && end - context.since_cycles > config_.watchdog_cycles;
  if (step.reason == fpc::StopReason::kFault) {
    fault_ = core_->fault();
    return schedule(end, ControlEvent::kFault);
  }
  if (overstays) {
    fault_ = {fpc::FaultKind::kWatchdog, step.slot, core_->context(step.slot).pc, 0};
    return schedule(end, ControlEvent::kFault);
  }
  if (step.reason != fpc::StopReason::kCommand) return schedule(end, ControlEvent::kRun);
  const fpc::MemoryCommand& command = core_->command();
  uint64_t issue = end;
  if (command.swaps && decode_access(command).target != Target::kBad &&
      !decode_access(command).is_datapath()) {
    const uint64_t spacing =
        command.wide ? config_.wide_spacing_cycles : config_.narrow_spacing_cycles;
    issue = std::max(issue, last_command_cycles_ + spacing);
  }
  last_command_cycles_ = issue;
  schedule(issue, ControlEvent::kCommand);
}

void ControlCore::go_on(uint64_t now, uint64_t hold_cycles) {
  if (hold_cycles == 0) return run(now);
  schedule(now + hold_cycles, ControlEvent::kRun);
}

void ControlCore::execute(uint64_t now) {
  const fpc::MemoryCommand command = core_->command();
  uint64_t signal_cycles = now + kRegisterLatency, hold = 0;
  if (command.op == fpc::Op::kMemPacketAddThread) {
    Context& context = contexts_[command.slot];
    context.xfer = command.xfer;
    context.signal_mask = command.signal_mask();
    context.waits = true;
    if (!messages_.empty()) hand_over(command.slot, now);
    return go_on(now, 0);
  }
  if (!perform(command, now, signal_cycles, hold)) {
    fault_ = {fpc::FaultKind::kBadCommand, command.slot, core_->context(command.slot).pc, 0};
    fault_detail_ = ": " + memory_.refusal(decode_access(command), command);
    return schedule(now, ControlEvent::kFault);
  }
  if (command.signal != 0) {
    const Signal signal{command.slot, generation_, command.signal_mask()};
    schedule(signal_cycles, ControlEvent::kSignal, signal.pack());
  }
  go_on(now, hold);
}

bool ControlCore::perform(const fpc::MemoryCommand& command, uint64_t now, uint64_t& signal,
                          uint64_t& hold) {
  const Access access = decode_access(command);
  fpc::ContextState& context = core_->context(command.slot);
  switch (access.target) {
    case Target::kSequence:
      return read_sequence_words(window_, access, command, context, io_, 0);
    case Target::kCtm:
    case Target::kImem:
    case Target::kEmem: {
      if (access.target == Target::kEmem && command.op == fpc::Op::kMemRead32Swap)
        last_read_ = access.address;
      const MemorySystem::Served served = memory_.serve(now, kIsland, access, command, context);
      signal = served.signal_cycles;
      hold = served.hold_cycles;
      return served.is_done;
    }
    default:
      return perform_register(command, now, signal);
  }
}

// The registers that only this core has.
bool ControlCore::perform_register(const fpc::MemoryCommand& command, uint64_t now,
                                   uint64_t& signal) {
  if (!command.wide) return false;
  if (command.address == firmware::kIoReply) return send_reply(command, now);
  if (command.address != firmware::kIoTables) return false;
  if (command.op == fpc::Op::kMemWrite32Swap) return ask_tables(command, now);
  return command.op == fpc::Op::kMemRead32Swap && read_answer(command, signal);
}

bool ControlCore::ask_tables(const fpc::MemoryCommand& command, uint64_t now) {
  if (command.length != firmware::kIoTableWords) return false;
  Context& context = contexts_[command.slot];
  const auto& words = core_->context(command.slot).xfer_out;
  context.answer =
      service_.ask(std::span(words).subspan(command.xfer).first<firmware::kIoTableWords>());
  context.answer_cycles = now + context.answer.cycles;
  return true;
}

bool ControlCore::read_answer(const fpc::MemoryCommand& command, uint64_t& signal) {
  if (command.length != firmware::kIoTableAnswerWords) return false;
  const Context& context = contexts_[command.slot];
  auto& words = core_->context(command.slot).xfer_in;
  words[command.xfer] = static_cast<uint32_t>(context.answer.status);
  words[command.xfer + 1] = context.answer.result;
  words[command.xfer + 2] = context.answer.table;
  signal = std::max(signal, context.answer_cycles);
  return true;
}

bool ControlCore::send_reply(const fpc::MemoryCommand& command, uint64_t now) {
  Context& context = contexts_[command.slot];
  const uint32_t bytes = core_->context(command.slot).xfer_out[command.xfer];
  if (context.service_number == 0 || bytes > control::kBufferBytes) return false;
  window_.close(context.service_number, kIsPacket);
  context.service_number = 0;
  if (bytes == 0) return true;
  std::vector<uint8_t> reply(bytes);
  memory_.ctm(kIsland).read(in_store(command.slot), reply);
  reply_(now, reply);
  return true;
}

}  // namespace nic
