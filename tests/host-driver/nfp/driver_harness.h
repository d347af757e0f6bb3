// A driver on a live card, with the log that it writes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/bits.h"
#include "host-driver/drivers/nfp/device.h"
#include "host-driver/drivers/nfp/faulty_port.h"
#include "nic-model/live_card.h"

namespace harness {

using Bytes = std::vector<uint8_t>;

template <typename T>
Bytes bytes_of(T value, size_t size = sizeof(T)) {
  Bytes bytes(size);
  for (size_t i = 0; i < std::min(size, sizeof(T)); ++i) {
    bytes[i] = static_cast<uint8_t>(value >> 8 * i);
  }
  return bytes;
}

struct NotedEvent {
  uint32_t map_id, cpu;
  Bytes data, packet;
};

// Everything that it points to lives as long as it does.
struct Driver {
  std::unique_ptr<nic::LiveCard> card;
  std::unique_ptr<host::nfp::FaultyPort> port;
  std::unique_ptr<host::nfp::Device> device;
  std::vector<std::string> log;
  std::vector<NotedEvent> events;

  explicit Driver(const char* profile = "full", const char* config_name = "agilio-cx-2x40") {
    auto config = nic::load_config(config_name);
    auto capability = firmware::find_profile(profile);
    EXPECT_TRUE(config && capability);
    auto made = nic::LiveCard::power_on(*config, *capability, 1);
    EXPECT_TRUE(made) << made.error().text();
    card = std::move(*made);
    port = std::make_unique<host::nfp::FaultyPort>(*card);
    auto probed = host::nfp::Device::probe(
        *port, [this](const std::string& line) { log.push_back(line); },
        [this](const host::nfp::Event& event) {
          events.push_back({event.map_id,
                            event.cpu,
                            {event.data.begin(), event.data.end()},
                            {event.packet.begin(), event.packet.end()}});
        });
    EXPECT_TRUE(probed) << probed.error().text();
    device = std::move(*probed);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  host::nfp::Maps& maps() { return device->maps(); }
  host::nfp::Faults& faults() { return port->faults; }

  // A map, or an error as its number.
  int alloc(const host::nfp::MapShape& shape, std::unique_ptr<host::nfp::Map>& map) {
    return maps().alloc(shape, map);
  }
  std::string last_log() const { return log.empty() ? std::string() : log.back(); }
};

// Of maps with keys of 4 bytes and values of 8.
inline std::unique_ptr<host::nfp::Map> make(Driver& driver, const host::nfp::MapShape& shape) {
  std::unique_ptr<host::nfp::Map> map;
  EXPECT_EQ(driver.alloc(shape, map), 0) << driver.last_log();
  return map;
}

inline int put(Driver& driver, host::nfp::Map& map, uint32_t key, uint64_t value,
               uint64_t flags = 0) {
  return driver.maps().update(map, bytes_of(key), bytes_of(value), flags);
}

// The value, or ~0.
inline uint64_t get(Driver& driver, host::nfp::Map& map, uint32_t key) {
  Bytes value(8);
  const int error = driver.maps().lookup(map, bytes_of(key), value);
  return error == 0 ? base::load_le<uint64_t>(value.data()) : ~uint64_t{0};
}

// Entries of a batch, which views the bytes that it holds.
class Batch {
 public:
  void add(uint32_t key, uint64_t value) {
    bytes_.push_back({bytes_of(key), bytes_of(value)});
    views_.push_back({bytes_.back().first, bytes_.back().second});
  }
  std::span<const host::EntryView> views() const { return views_; }

 private:
  std::deque<std::pair<Bytes, Bytes>> bytes_;
  std::vector<host::EntryView> views_;
};

}  // namespace harness
