// A port that does wrong on demand: what a driver must survive.
// SPDX-License-Identifier: Apache-2.0
//
//   FaultyPort port(card);
//   port.faults.lose = 1;           // the next control message to the host
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "nic-model/host_port.h"

namespace host::nfp {

struct Faults {
  // How many of the next control messages to the host it meets; the first that is not 0 counts.
  unsigned lose = 0, late = 0, duplicate = 0, truncate = 0, wrong_queue = 0;
  unsigned wrong_type = 0, wrong_tag = 0, wrong_status = 0, wrong_count = 0;  // one bit of it
  uint64_t late_ps = 1'000'000'000;
  size_t truncate_to = 4;
  unsigned lose_request =
      0;  // of the next control messages to the card, so many that it cannot read
  // Of the next programs that are loaded.
  unsigned mapping_fails = 0;  // so often the host's side of DMA
  unsigned read_fails = 0;     // so often the card's side
  unsigned ecc_flips = 0;  // bits of its first word that arrive wrong: 1 is corrected, 2 are not
};

class FaultyPort final : public nic::HostPort {
 public:
  explicit FaultyPort(nic::HostPort& port) : port_(port) {}
  Faults faults;

  uint64_t now_ps() const override { return port_.now_ps(); }
  void run_until(uint64_t time_ps) override { port_.run_until(time_ps); }
  void wait(uint64_t time_ps) override;
  uint64_t read(unsigned offset, unsigned bytes) override { return port_.read(offset, bytes); }
  void write(unsigned offset, unsigned bytes, uint64_t value) override {
    port_.write(offset, bytes, value);
  }
  std::vector<uint8_t> symbol(std::string_view name) const override { return port_.symbol(name); }
  std::optional<uint64_t> map_memory(std::span<const uint8_t> memory) override;
  void unmap_memory(uint64_t address) override;
  bool share_table(uint32_t table, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) override {
    return port_.share_table(table, std::move(memory), bytes);
  }
  std::optional<uint32_t> table_page(uint32_t table) const override {
    return port_.table_page(table);
  }
  unsigned control_mtu() const override { return port_.control_mtu(); }
  bool post(std::span<const uint8_t> message) override;
  std::optional<nic::HostMessage> receive() override;
  nic::HostCosts costs() const override { return port_.costs(); }

 private:
  bool strike(nic::HostMessage& message);  // false: the message does not arrive now

  nic::HostPort& port_;
  std::multimap<uint64_t, nic::HostMessage> held_;
  std::map<uint64_t, std::unique_ptr<std::vector<uint8_t>>> copies_;  // by address
};

}  // namespace host::nfp
