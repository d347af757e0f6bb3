// The harness's scheduler and the card's part of the firmware ABI: packets in, descriptors out, sequence words.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/harness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/rng.h"
#include "fpc/code_store.h"
#include "fpc/interpreter.h"

namespace harness {
namespace {

constexpr uint32_t kAllocated = 1u << 31;
constexpr unsigned kPacketNumbers = 1024;
constexpr unsigned kMaxBytes = 1u << 13;  // of a buffer: what the pointer's offset can say

uint32_t buffer(uint32_t number) { return kAllocated | number << 16; }

// What the datapath blocks of a card do for the firmware.
class Card {
 public:
  Card(fpc::ByteStore& memory, std::span<const Packet> packets, uint32_t first_sequence)
      : memory_(memory),
        packets_(packets),
        first_sequence_(first_sequence),
        newest_(first_sequence - 1),
        retired_(packets.size()) {
    for (unsigned number = 0; number < kPacketNumbers; ++number) free_.push_back(number);
  }

  bool finished() const { return done_ == packets_.size(); }
  bool can_hand_out() const { return next_ < packets_.size(); }
  std::vector<Retired> take_retired() { return std::move(retired_); }

  // `thread` tells contexts of all cores apart.
  void hand_out(unsigned thread, const fpc::MemoryCommand& command, fpc::ContextState& context) {
    const Packet& packet = packets_[next_];
    threads_[thread] = {next_, {}};
    const uint32_t number = free_.front();
    free_.pop_front();
    const auto length = static_cast<uint32_t>(packet.bytes.size());
    assert(packet.offset + length <= kMaxBytes && "the packet fits its buffer");
    const bool written = memory_.write(buffer(number) + packet.offset, packet.bytes);
    assert(written);
    static_cast<void>(written);
    newest_ = first_sequence_ + static_cast<uint32_t>(next_++);
    in_service_.insert(newest_);
    uint32_t* pv = &context.xfer_in[command.xfer];
    std::fill_n(pv, firmware::kPvWords, 0);
    pv[firmware::kPvLength] = length | number << 16;
    pv[firmware::kPvPointer] = buffer(number) | packet.offset;
    pv[firmware::kPvSequence] = newest_;
    pv[firmware::kPvFlags] = packet.flags;
    pv[firmware::kPvQueue] = packet.queue;
  }

  // Commands on the I/O addresses; false: not one of them.
  bool perform_io(unsigned thread, const fpc::MemoryCommand& command, fpc::ContextState& context) {
    if (command.op == fpc::Op::kMemWrite32Swap && command.address == firmware::kIoRetire) {
      return command.length == firmware::kDescriptorWords &&
             retire(&context.xfer_out[command.xfer]);
    }
    if (command.op == fpc::Op::kMemWrite32Swap && command.address == firmware::kIoEventData) {
      std::vector<uint8_t>& staged = threads_[thread].staged;
      for (unsigned i = 0; i < command.length; ++i) {
        const uint32_t word = context.xfer_out[command.xfer + i];
        for (unsigned byte = 0; byte < 4; ++byte)
          staged.push_back(static_cast<uint8_t>(word >> 8 * byte));
      }
      return true;
    }
    if (command.op == fpc::Op::kMemWrite32Swap && command.address == firmware::kIoEvent) {
      return command.length == firmware::kEventWords &&
             send_event(threads_[thread], &context.xfer_out[command.xfer]);
    }
    if (command.op == fpc::Op::kMemRead32Swap && command.address == firmware::kIoSequence) {
      const uint32_t words[] = {newest_, oldest()};
      if (command.length > std::size(words)) return false;
      std::copy_n(words, command.length, &context.xfer_in[command.xfer]);
      return true;
    }
    return false;
  }

 private:
  struct Thread {
    size_t packet = 0;
    std::vector<uint8_t> staged;  // data of an event
  };

  bool send_event(Thread& thread, const uint32_t* words) {
    Event event;
    event.map = words[0];
    event.packet.resize(words[1]);
    memory_.read(words[3], event.packet);
    const uint32_t kind = words[5];
    event.data = std::exchange(thread.staged, {});
    event.data.resize(words[4]);
    if (kind == firmware::kEventDataMap) {
      memory_.read((uint64_t{words[7]} << 8) + words[6], event.data);
    } else if (kind == firmware::kEventDataPacket) {
      memory_.read(words[6], event.data);
    } else if (kind != firmware::kEventDataStack && !event.data.empty()) {
      return false;
    }
    retired_[thread.packet].events.push_back(std::move(event));
    return true;
  }

  uint32_t oldest() const {
    uint32_t oldest = newest_ + 1;
    for (const uint32_t sequence : in_service_) {
      if (static_cast<int32_t>(sequence - oldest) < 0) oldest = sequence;
    }
    return oldest;
  }

  bool retire(const uint32_t* descriptor) {
    const uint32_t sequence = descriptor[3];
    if (in_service_.erase(sequence) == 0) return false;
    Retired& retired = retired_[sequence - first_sequence_];
    retired.pointer = descriptor[1];
    retired.verdict = descriptor[2];
    retired.flags = descriptor[4];
    retired.queue = descriptor[5];
    retired.bytes.resize(descriptor[0] & 0x3fff);
    memory_.read(retired.pointer, retired.bytes);
    free_.push_back(descriptor[0] >> 16 & 0x3ff);
    ++done_;
    return true;
  }

  fpc::ByteStore& memory_;
  std::span<const Packet> packets_;
  uint32_t first_sequence_, newest_;
  std::vector<Retired> retired_;
  std::map<unsigned, Thread> threads_;
  std::deque<uint32_t> free_;  // packet numbers
  std::set<uint32_t> in_service_;
  size_t next_ = 0, done_ = 0;
};

struct Pending {
  unsigned core;
  std::deque<fpc::MemoryCommand> commands;  // of one context
  uint64_t stalled_until = 0;               // action number
};

class Scheduler {
 public:
  Scheduler(const firmware::LinkedStore& store, fpc::ByteStore& memory, Card& card,
            const Options& options)
      : memory_(memory), card_(card), options_(options), rng_(options.seed) {
    auto code = fpc::CodeStore::create(store.words);
    assert(code && "linked stores fit a core");
    code_ = std::make_unique<fpc::CodeStore>(std::move(*code));
    for (unsigned i = 0; i < options.cores; ++i) {
      auto core = std::make_unique<fpc::Interpreter>();
      core->set_code(*code_);
      core->reset(static_cast<uint16_t>(store.entry), options.slots, rng_.next(), i);
      cores_.push_back(std::move(core));
      for (unsigned slot = 0; slot < fpc::kSlots; ++slot) pending_.push_back({i, {}, 0});
    }
  }

  Run run() {
    for (; !card_.finished() && run_.trouble.empty(); ++actions_done_) {
      if (!step() && !end_stalls()) {
        run_.trouble = "no context is ready and no command can be performed";
      }
      if (actions_done_ == options_.max_actions) run_.trouble = "too many actions";
    }
    return std::move(run_);
  }

 private:
  // One random action: a core runs to its next boundary, or a context's oldest command is performed.
  bool step() {
    actions_.clear();
    for (unsigned i = 0; i < cores_.size(); ++i) {
      if (cores_[i]->ready_slots() != 0) actions_.push_back(i);
    }
    const auto runs = static_cast<unsigned>(actions_.size());
    for (unsigned i = 0; i < pending_.size(); ++i) {
      if (can_perform(pending_[i])) actions_.push_back(i);
    }
    if (actions_.empty()) return false;
    const auto chosen = static_cast<unsigned>(rng_.below(actions_.size()));
    if (chosen < runs) {
      run_core(actions_[chosen]);
    } else {
      perform_one(actions_[chosen]);
    }
    return true;
  }

  bool can_perform(const Pending& pending) const {
    return !pending.commands.empty() && pending.stalled_until <= actions_done_ &&
           (pending.commands.front().op != fpc::Op::kMemPacketAddThread || card_.can_hand_out());
  }

  bool end_stalls() {
    bool any = false;
    for (Pending& pending : pending_) {
      any = any || (!pending.commands.empty() && pending.stalled_until > actions_done_);
      pending.stalled_until = 0;
    }
    return any;
  }

  void run_core(unsigned number) {
    fpc::Core& core = *cores_[number];
    const fpc::Step step = core.run(run_.cycles, options_.budget_cycles);
    run_.cycles += step.cycles;
    run_.instructions += step.instructions;
    if (step.reason == fpc::StopReason::kFault) {
      const fpc::Fault& fault = core.fault();
      run_.trouble = fmt::format("core {} slot {}: {} at {}, word {:016x}", number, fault.slot,
                                 fpc::to_string(fault.kind), fault.address, fault.word);
    } else if (step.reason == fpc::StopReason::kCommand) {
      const fpc::MemoryCommand& command = core.command();
      Pending& pending = pending_[number * fpc::kSlots + command.slot];
      pending.commands.push_back(command);
      if (options_.stall_one_in != 0 && rng_.below(options_.stall_one_in) == 0) {
        pending.stalled_until = actions_done_ + rng_.below(options_.stall_actions);
      }
    }
  }

  void perform_one(unsigned index) {
    Pending& pending = pending_[index];
    const fpc::MemoryCommand command = pending.commands.front();
    pending.commands.pop_front();
    fpc::Core& core = *cores_[pending.core];
    fpc::ContextState& context = core.context(command.slot);
    if (command.op == fpc::Op::kMemPacketAddThread) {
      card_.hand_out(index, command, context);
    } else if (!card_.perform_io(index, command, context) &&
               !fpc::perform(command, context, memory_)) {
      run_.trouble = fmt::format("core {} slot {}: command at {:#x} of {} is refused", pending.core,
                                 command.slot, command.address, command.length);
    }
    core.signal(command.slot, command.signal_mask());
  }

  fpc::ByteStore& memory_;
  Card& card_;
  Options options_;
  base::Rng rng_;
  std::unique_ptr<fpc::CodeStore> code_;
  std::vector<std::unique_ptr<fpc::Interpreter>> cores_;
  std::vector<Pending> pending_;   // by core and slot
  std::vector<unsigned> actions_;  // scratch of step()
  uint64_t actions_done_ = 0;
  Run run_;
};

}  // namespace

Run run_program(const firmware::LinkedStore& store, fpc::ByteStore& memory,
                std::span<const Packet> packets, const Options& options) {
  Card card(memory, packets, options.first_sequence);
  Run run = Scheduler(store, memory, card, options).run();
  run.retired = card.take_retired();
  return run;
}

}  // namespace harness
