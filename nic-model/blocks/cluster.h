// The worker FPCs: runs cores from boundary to boundary on the event wheel and accounts their time.
// SPDX-License-Identifier: Apache-2.0
//
// Rules (docs/timing.md): a context that gets a packet costs its core the datapath cycles that the firmware in the store does
// not spend itself, in one piece, when it first runs. That piece ends with a memory command, so that the spacing of
// blocking commands counts from there (derived: makes N blocking reads cost N times the spacing, hw measurement V4). A
// blocking command of a program waits until the core's previous command is `spacing` cycles old. A context that faults stops;
// when a core has none left, it starts afresh.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "fpc/code_store.h"
#include "fpc/core.h"
#include "fpc/engine.h"
#include "nic-model/blocks/address_map.h"
#include "nic-model/blocks/event_wheel.h"
#include "nic-model/config.h"

namespace nic {

constexpr uint32_t kNoPacket = ~uint32_t{0};

// What the firmware costs the core, besides what its words in the store cost.
struct DatapathCost {
  uint16_t entry = 0;          // control-store address where contexts start
  uint32_t charge_cycles = 0;  // busy time when a context gets a packet
  uint32_t entry_cycles = 0;   // words between getting it and the program's first one
};

struct Program {  // a control store's contents, as the workers share it
  std::shared_ptr<const fpc::CodeStore> code;
  DatapathCost cost;
};

struct Signal {  // the detail of EventKind::kSignal
  uint8_t slot = 0;
  uint8_t generation = 0;
  uint16_t mask = 0;

  uint32_t pack() const { return slot | uint32_t{generation} << 8 | uint32_t{mask} << 16; }
  static Signal unpack(uint32_t detail) {
    return {static_cast<uint8_t>(detail), static_cast<uint8_t>(detail >> 8),
            static_cast<uint16_t>(detail >> 16)};
  }
};

class Cluster {
 public:
  Cluster(const Config& config, EventWheel& wheel, const fpc::EngineChoice& engine);

  unsigned workers() const { return static_cast<unsigned>(workers_.size()); }
  unsigned islands() const { return islands_; }  // that have workers
  unsigned island_of(unsigned worker) const { return worker % islands_; }

  // All cores reset and scheduled for now.
  void start(const Program& program, uint64_t seed);

  // While no context has a packet. A worker starts afresh with the program when it reaches its next boundary.
  void replace(const Program& program, uint64_t now_cycles);
  bool is_outdated(unsigned worker) const { return workers_[worker].is_outdated; }

  // Bits 0 to `bits` - 1 of a word in the worker's store are wrong, until it begins with a program; 0: none are. An address that the
  // program has; nothing happens while another one is on its way.
  void spoil_store(unsigned worker, uint16_t address, unsigned bits);
  unsigned spoiled_bits(unsigned worker, uint16_t address) const;  // that spoil_store() made wrong
  // Words that are read corrected, counted when a store with one comes to a worker.
  uint64_t corrected_words() const { return corrected_words_; }

  void run(unsigned worker, uint64_t now_cycles);  // until its next boundary, which is scheduled
  void go_on(unsigned worker, uint64_t now_cycles, uint64_t hold_cycles);  // after a command
  void signal(unsigned worker, Signal signal, uint64_t now_cycles);
  Signal signal_for(unsigned worker, unsigned slot, uint16_t mask) const {
    return {static_cast<uint8_t>(slot), workers_[worker].generations[slot], mask};
  }

  const fpc::MemoryCommand& command(unsigned worker) const { return *workers_[worker].command; }
  const Access& access(unsigned worker) const { return workers_[worker].access; }  // the command's
  fpc::ContextState& context(unsigned worker, unsigned slot) {
    return workers_[worker].core->context(slot);
  }
  // The same for callers that only move words between its transfer registers and memory.
  fpc::ContextState& registers(unsigned worker, unsigned slot) {
    std::byte* const first = workers_[worker].registers;
    if (first == nullptr) return context(worker, slot);
    return *reinterpret_cast<fpc::ContextState*>(first + slot * registers_apart_);
  }
  const fpc::Fault& fault(unsigned worker) const { return workers_[worker].fault; }
  fpc::Fault fault_at(unsigned worker, fpc::FaultKind kind, unsigned slot, uint16_t address) const;

  // The packet that a context works on.
  void take_packet(unsigned worker, unsigned slot, uint32_t packet, uint64_t now_cycles);
  uint32_t packet_of(unsigned worker, unsigned slot) const { return workers_[worker].packet[slot]; }
  void finish_packet(unsigned worker, unsigned slot, uint64_t now_cycles);

  // The context runs no more; its core starts afresh when it was the last one and the core has served packets since it started.
  void stop_context(unsigned worker, unsigned slot);
  bool is_stopped(unsigned worker, unsigned slot) const {
    return (workers_[worker].stopped >> slot & 1) != 0;
  }
  // To be called after stop_context() when everything that the context held is given back.
  void restart_if_stopped(unsigned worker, uint64_t now_cycles);

  struct Usage {
    uint64_t busy_cycles = 0;
    uint64_t spaced_cycles = 0;   // held by command spacing or a full memory queue
    uint64_t waiting_cycles = 0;  // every context waits, at least one of them with a packet
    uint64_t instructions = 0;

    Usage since(const Usage& earlier) const {
      return {busy_cycles - earlier.busy_cycles, spaced_cycles - earlier.spaced_cycles,
              waiting_cycles - earlier.waiting_cycles, instructions - earlier.instructions};
    }
  };
  // Of all workers; up to date when all have reached a boundary.
  const Usage& usage() const { return usage_; }

 private:
  struct alignas(64) Worker {  // what most events need lies in two lines of the host's caches
    std::unique_ptr<fpc::Core> core;
    const fpc::MemoryCommand* command = nullptr;  // of the core, where it stays
    Access access;                                // of the command that waits to be issued
    uint64_t last_command_cycles = 0;
    uint64_t idle_since_cycles = 0;
    std::array<uint8_t, fpc::kSlots> generations{};  // signals of a former life are not delivered
    uint8_t stopped = 0;                             // bit mask of contexts
    uint8_t charged = 0;       // those that cost the program's charge when they run next
    uint8_t packets = 0;       // that contexts have
    bool has_served = false;   // since it began with the program
    bool is_idle = false;      // nothing scheduled, waits for a signal
    bool had_packets = false;  // when it became idle
    bool is_outdated = false;  // has not begun with the program yet
    // Of each context: when it got its packet, or gave the last one back; and the packet.
    std::array<uint64_t, fpc::kSlots> since_cycles{};
    std::array<uint32_t, fpc::kSlots> packet{};
    std::byte* registers = nullptr;  // of the first context, where they stay in one place
    std::shared_ptr<const fpc::CodeStore> code;
    fpc::Fault fault;
  };
  static_assert(offsetof(Worker, code) <= 128);

  void adopt_program(unsigned worker, uint64_t now_cycles);
  void reset(unsigned worker, uint64_t now_cycles);
  void wake_up(Worker& worker, uint64_t now_cycles);
  uint64_t issue_time(Worker& worker, uint64_t ready_cycles);

  Config config_;
  EventWheel& wheel_;
  unsigned islands_;
  std::vector<Worker> workers_;
  size_t registers_apart_ = 0;  // bytes from those of a context to the next one's
  Usage usage_;
  Program program_;
  uint64_t corrected_words_ = 0;
  uint64_t seed_ = 0;
};

}  // namespace nic
