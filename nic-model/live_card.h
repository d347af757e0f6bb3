// A card that lives on: packets, control messages and its registers' commands while simulated time passes.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<std::unique_ptr<LiveCard>> card = LiveCard::power_on(config, capability, seed);
//   (*card)->attach(source, limits);      // packets, from now on
//   Driver driver(**card);                // through nic::HostPort
//
// Without a program packets pass to the host. Several cards may live in one process: no SystemC here (docs/decisions/0019).
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/link.h"
#include "nic-model/blocks/control_core.h"
#include "nic-model/card.h"
#include "nic-model/host_port.h"

namespace nic {

class LiveCard final : public HostPort {
 public:
  static base::Result<std::unique_ptr<LiveCard>> power_on(const Config& config,
                                                          const firmware::Capability& capability,
                                                          uint64_t seed,
                                                          const fpc::EngineChoice& engine = {});

  // Packets come from `source` now, its times and the limits counted from now; it must outlive the card or the next attach().
  base::Result<void> attach(PacketSource& source, const Limits& limits);
  void detach();  // no packets come any more; those in the card go on
  void on_departure(std::function<void(const Departure&)> hook);
  void keep_drops(bool on) { hooks_.keeps_drops = on; }  // Hooks::keeps_drops
  // The host sends a frame: whether its transmit ring took it. What is lost is counted.
  bool transmit(unsigned port, std::span<const uint8_t> frame) {
    return card_.transmit(port, frame, now_ps_);
  }
  void on_transmitted(TransmittedHook hook) { card_.set_transmitted(std::move(hook)); }
  bool is_transmitting() const { return card_.is_transmitting(); }
  // Error: what the source said. Trouble ends the packets, not the card.
  base::Result<void> trouble() const;
  // Whether the source or the limits have not ended yet.
  bool has_packets_to_come() const { return card_.has_packets_to_come(); }
  // Finishes all packets, which the source or the limits end, and counts; the card is not to be used after it.
  Report finish();

  const ControlCore& control() const { return control_; }
  // ECC errors (docs/decisions/0047). Bits that are wrong from now on, 0: none is. Of the running program's first word, in the store
  // of the first FPC, until a program is loaded; of the map memory that the host's last request read, until it is overwritten.
  // Error: more bits than the word has; no request has read any.
  base::Result<void> spoil_store(unsigned bits);
  base::Result<void> spoil_map(unsigned bits);
  unsigned spoiled_store_bits() const;
  unsigned spoiled_map_bits() const;
  uint64_t corrected_store_words() const { return card_.corrected_words(); }
  const fpc::SpoiledCounts& spoiled_counts() const { return card_.memories().spoiled_counts(); }
  std::vector<std::string> faults() const;  // of all cores, one line for each kind and place

  VerdictCounts verdict_counts() const { return card_.verdict_counts(); }
  const TransmitCounts& transmit_counts() const { return card_.transmit_counts(); }
  uint64_t events_lost() const { return events_lost_; }

  uint64_t now_ps() const override { return now_ps_; }
  void run_until(uint64_t time_ps) override;
  void wait(uint64_t time_ps) override;
  uint64_t read(unsigned offset, unsigned bytes) override;
  void write(unsigned offset, unsigned bytes, uint64_t value) override;
  std::vector<uint8_t> symbol(std::string_view name) const override;
  std::optional<uint64_t> map_memory(std::span<const uint8_t> memory) override;
  void unmap_memory(uint64_t address) override;
  bool share_table(uint32_t table, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) override {
    return control_.tables().share(table, std::move(memory), bytes);
  }
  std::optional<uint32_t> table_page(uint32_t table) const override {
    return control_.tables().tables().page(table);
  }
  unsigned control_mtu() const override { return firmware::control::kMtu; }
  bool post(std::span<const uint8_t> message) override;
  std::optional<HostMessage> receive() override;
  HostCosts costs() const override;

 private:
  LiveCard(const Config& config, const firmware::Capability& capability, uint64_t seed,
           const fpc::EngineChoice& engine);
  base::Result<void> start(uint64_t seed);
  void fill_registers();
  void handle(const Event& event);
  void schedule(uint64_t time_ps, ControlEvent what);
  void advance(uint64_t time_ps);
  void take_trouble(const base::Result<bool>& more);
  void take_reply(uint64_t now_cycles, std::span<const uint8_t> bytes);
  void take_event(const ProgramEvent& event);
  void deliver(uint64_t ready_ps, HostMessage message);
  // Commands of the registers (live_card_registers.cpp)
  void begin_update(uint32_t update);
  void end_update();
  bool perform_update(uint32_t update);
  bool load_program();
  bool install(const std::vector<fpc::Word>& program);
  std::optional<std::vector<fpc::Word>> fetch_words(uint64_t address, unsigned count) const;
  uint64_t get(unsigned offset, unsigned bytes) const;
  void put(unsigned offset, unsigned bytes, uint64_t value);

  Config config_;
  firmware::Capability capability_;
  firmware::ResidentFirmware resident_;
  Hooks hooks_;
  PacketSource no_packets_;
  Card card_;
  ControlCore control_;
  base::Result<void> trouble_;
  uint64_t now_ps_ = 0;

  std::vector<uint8_t> registers_;
  std::vector<uint8_t> capability_bytes_;
  uint32_t pending_update_ = 0;
  bool is_update_done_ = false;  // but for a program that waits for packets of the one before
  bool has_update_failed_ = false;
  std::vector<fpc::Word> program_;  // as fetched; empty: none
  bool is_program_enabled_ = false;

  std::map<uint64_t, std::span<const uint8_t>> mapped_;
  uint64_t next_mapping_ = 0;

  std::deque<std::vector<uint8_t>> posted_;  // not fetched yet
  uint64_t last_fetch_ps_ = 0;
  uint64_t handler_free_ps_ = 0;  // of the host's control queue
  std::multimap<uint64_t, HostMessage> inbox_;
  uint64_t events_lost_ = 0;
};

}  // namespace nic
