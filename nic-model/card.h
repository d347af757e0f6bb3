// The card without SystemC: one event wheel that orders sources, MAC, ingress, cores, memories, reorder, ports and host queues.
// SPDX-License-Identifier: Apache-2.0
//
//   first bit -> MAC (last bit, length, ingest) -> credit and CTM buffer -> ingress latency -> CTM -> a waiting context
//   -> program -> retire -> reorder -> port's queue and wire | DMA to a host queue | drop -> credit and buffer return
//
// Whoever owns time calls begin(), then advance() with growing limits until it returns false, then finish().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/code_store.h"
#include "fpc/engine.h"
#include "nic-model/blocks/cluster.h"
#include "nic-model/blocks/egress.h"
#include "nic-model/blocks/event_port.h"
#include "nic-model/blocks/event_wheel.h"
#include "nic-model/blocks/fault_log.h"
#include "nic-model/blocks/histogram.h"
#include "nic-model/blocks/host_queues.h"
#include "nic-model/blocks/ingress.h"
#include "nic-model/blocks/mac.h"
#include "nic-model/blocks/memory_system.h"
#include "nic-model/blocks/packet.h"
#include "nic-model/blocks/packet_memory.h"
#include "nic-model/blocks/reorder.h"
#include "nic-model/blocks/ring.h"
#include "nic-model/blocks/service_window.h"
#include "nic-model/cycle_clock.h"
#include "nic-model/nic.h"
#include "nic-model/transmit.h"

namespace nic {

class Card {
 public:
  Card(const Config& config, uint64_t seed, const fpc::EngineChoice& engine);

  // Error: no workers or more than the card has, datapath cycles below the store's own, a store that is too long.
  base::Result<void> load(const firmware::LinkedStore& store);

  // While a run is under way: the store is on the card `delay_ps` from now. Packets that contexts have then end with the
  // program before it, later ones wait for the last of those and get the new one. Error: as load(); kBusy while another
  // replacement is under way.
  base::Result<void> reload(const firmware::LinkedStore& store, uint64_t delay_ps);
  bool is_reloading() const { return run_.reload.has_value(); }
  bool is_running() const { return is_running_; }

  fpc::ByteStore& memory() { return memory_.shared(); }
  const HostQueues& pcie() const { return run_.host; }

  // Everything but the bytes in memory starts afresh. Source and hooks must outlive the run.
  base::Result<void> begin(PacketSource& source, const Limits& limits, const Hooks& hooks);
  // Handles all events before `limit_cycles`; false: the run is over, or the source failed.
  base::Result<bool> advance(uint64_t limit_cycles);
  Report finish();

  uint64_t next_event_cycles() const { return run_.wheel.next_time(); }
  uint64_t cycles_of(uint64_t time_ps) const { return clock_.cycles_of(time_ps); }
  uint64_t time_of(uint64_t cycles) const { return clock_.time_of(cycles); }
  Progress progress() const;

  // For a card that lives on (nic-model/live_card.h). The parts stay where they are over begin().
  EventWheel& wheel() { return run_.wheel; }
  MemorySystem& memories() { return memory_; }
  const MemorySystem& memories() const { return memory_; }
  ServiceWindow& window() { return run_.window; }
  HostQueues& host() { return run_.host; }
  // As Cluster's, of the first worker.
  void spoil_store(uint16_t address, unsigned bits) { cluster_.spoil_store(0, address, bits); }
  unsigned spoiled_store_bits(uint16_t address) const { return cluster_.spoiled_bits(0, address); }
  uint64_t corrected_words() const { return cluster_.corrected_words(); }
  std::vector<std::string> faults() const { return run_.faults.lines(); }
  VerdictCounts verdict_counts() const;
  void set_control(std::function<void(const Event&)> handler) { control_ = std::move(handler); }
  bool has_packets_to_come() const { return run_.has_frame; }
  // The host, at `time_ps`, puts a frame into its transmit ring; the port is one that the card has. False: it is lost.
  bool transmit(unsigned port, std::span<const uint8_t> frame, uint64_t time_ps);
  bool is_transmitting() const { return run_.transmit.in_ring != 0 || run_.transmit.on_card != 0; }
  const TransmitCounts& transmit_counts() const { return run_.transmit.count; }
  void set_transmitted(TransmittedHook hook) { transmitted_ = std::move(hook); }
  // Packets come from `source` now, its arrival times and the limits counted from `base_ps`.
  base::Result<void> attach(PacketSource& source, const Limits& limits, uint64_t base_ps);

 private:
  struct Waiting {  // a context that asked for a packet
    uint32_t worker = 0;
    uint8_t slot = 0;
    uint8_t xfer = 0;
    uint16_t signal_mask = 0;
  };
  struct WorkQueue {  // of an island: one of the two is empty
    Ring<Waiting> contexts;
    Ring<uint32_t> packets;
  };
  struct Counters {
    uint64_t offered = 0, offered_bytes = 0, processed_bytes = 0, sent_bytes = 0;
    uint64_t verdicts = 0, pass = 0, drop = 0, tx = 0, aborted = 0;
    uint64_t pass_bytes = 0, drop_bytes = 0, tx_bytes = 0, aborted_bytes = 0;
    uint64_t lost[kLosses] = {};
    EventCounts events;
    uint64_t delayed = 0;                   // packets that the wire or a full card made wait
    uint64_t reloads = 0, held_cycles = 0;  // no context got a packet for so long
    uint64_t first_arrival_ps = 0, last_arrival_ps = 0;
    uint64_t first_service_cycles = 0, last_verdict_cycles = 0;
    uint64_t last_exit_ps = 0;
  };
  struct Reload {
    Program program;
    bool is_holding = false;  // contexts get no packets until those in service have their verdicts
    uint64_t since_cycles = 0;
  };
  // A packet of the host: its doorbell is at the card, the card has read it, it is at the port's queue, its last bit is out.
  enum class TransmitStage : uint32_t { kRung, kFetched, kAtPort, kLeft };
  struct Transmit {
    Ring<uint32_t> rung;                // packets that wait for a credit
    uint32_t in_ring = 0, on_card = 0;  // packets with a descriptor; packets with a credit
    TransmitCounts count;
  };
  struct Run {  // everything that begin() renews
    explicit Run(const Config& config, unsigned islands);
    EventWheel wheel;
    Mac mac;
    Ingress ingress;
    Reorder reorder;
    ServiceWindow window;
    Egress egress;
    HostQueues host;
    EventPort events;
    Transmit transmit;
    PacketPool packets;
    std::vector<WorkQueue> queues;  // per island
    std::vector<uint32_t> released;
    Counters count;
    Histogram latency_ps;
    Cluster::Usage startup;  // of the cores before the first packet
    FaultLog faults;
    Frame frame;  // the source's next packet
    uint64_t source_base_ps = 0;
    bool has_frame = false;
    bool has_served = false;  // a context got a packet
    bool is_held = false;     // the next packet waits for room
    bool was_held = false;    // and has done so
    std::optional<Reload> reload;
    std::optional<base::Error> error;
  };

  bool handle_next(uint64_t limit_cycles);  // false: no event before `limit_cycles`
  // Arrival (card_ingress.cpp)
  void fetch_frame();
  void arrive(uint64_t now);
  void receive(uint32_t packet);
  void put_in_ctm(uint32_t packet, uint64_t now);
  void lose(uint32_t packet, Loss loss);
  void free_place(const Packet& packet);
  // Cores (card_cores.cpp)
  // A command event: one of the functions below, unless the worker has another program to begin with.
  template <void (Card::*kExecute)(unsigned worker, uint64_t now)>
  void issue(unsigned worker, uint64_t now) {
    if (cluster_.is_outdated(worker)) [[unlikely]]
      return cluster_.run(worker, now);
    (this->*kExecute)(worker, now);
  }
  void execute_ctm_command(unsigned worker, uint64_t now);
  void execute_shared_command(unsigned worker, uint64_t now);
  void execute_ask(unsigned worker, uint64_t now);
  void execute_retire(unsigned worker, uint64_t now);
  void execute_command(unsigned worker, uint64_t now);
  void end_command(unsigned worker, const MemorySystem::Served& served, uint64_t now);
  bool ask_for_packet(unsigned worker, const fpc::MemoryCommand& command, uint64_t now);
  void hand_over(const Waiting& context, uint32_t packet, uint64_t now);
  bool retire(unsigned worker, const fpc::MemoryCommand& command, uint64_t now);
  bool read_sequence(unsigned worker, const Access& access, const fpc::MemoryCommand& command);
  void complete(unsigned worker, const fpc::MemoryCommand& command, uint64_t time);
  void handle_fault(unsigned worker, uint64_t now);
  void refuse_command(unsigned worker, const fpc::MemoryCommand& command, uint64_t now);
  void stop_faulty(unsigned worker, const fpc::Fault& fault, const std::string& detail,
                   uint64_t now);
  std::string overstay_text() const;
  // Replacement of the program (card_reload.cpp)
  bool is_holding() const { return run_.reload && run_.reload->is_holding; }
  void advance_reload(uint64_t now);
  void check_holding(uint64_t now);
  // Events of programs (card_events.cpp)
  bool stage_event_data(unsigned worker, const fpc::MemoryCommand& command, uint64_t now);
  bool send_event(unsigned worker, const fpc::MemoryCommand& command, uint64_t now);
  bool gather_event_data(unsigned worker, unsigned slot, const EventRequest& request, uint64_t now,
                         std::vector<uint8_t>& data, uint64_t& done_cycles);
  void deliver_event(ProgramEvent event, uint32_t hash, uint64_t now);
  // Departure (card_egress.cpp)
  void give_verdict(uint32_t packet, uint32_t verdict, uint64_t now);
  void release_in_order(uint64_t now);
  void send_to_host(uint32_t packet, uint64_t now);
  void send_to_port(uint32_t packet);
  void leave(uint32_t packet, Exit exit);
  // Packets of the host (card_transmit.cpp)
  void schedule_transmit(uint32_t packet, TransmitStage stage);
  void advance_transmit(const Event& event);
  void fetch_from_host(uint64_t time_ps);
  void end_transmit(uint32_t packet);
  // Report (card_report.cpp)
  void stop_stranded();
  void lose_unserved();
  void add_notes(Report& report) const;

  base::Result<Program> prepare(const firmware::LinkedStore& store) const;
  base::Result<uint32_t> measure_entry(const firmware::LinkedStore& store) const;

  Config config_;
  CycleClock clock_;
  uint64_t seed_;
  fpc::EngineChoice engine_;
  Program program_;
  bool is_running_ = false;
  Run run_;
  Cluster cluster_;
  MemorySystem memory_;
  fpc::ByteStore io_;  // registers of the datapath, as bytes
  PacketSource* source_ = nullptr;
  Limits limits_;
  const Hooks* hooks_ = nullptr;
  std::function<void(const Event&)> control_;
  TransmittedHook transmitted_;
};

}  // namespace nic
