// The card's table service: makes and ends map tables when the control firmware asks (docs/decisions/0018).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "fpc/firmware/abi.h"
#include "fpc/firmware/control.h"
#include "fpc/firmware/map_table.h"
#include "nic-model/config.h"

namespace nic {

class TableService {
 public:
  TableService(const Config& config, fpc::ByteStore& memory) : config_(config), tables_(memory) {}

  struct Answer {
    firmware::control::Status status{};
    uint32_t result = 0;  // alloc: table id; free: entries that were in it
    uint32_t table = 0;   // whose descriptor has changed
    uint64_t cycles = 0;  // that the service takes
  };
  Answer ask(std::span<const uint32_t, firmware::kIoTableWords> words);

  // As MapTable::share().
  [[nodiscard]] bool share(unsigned id, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) {
    return tables_.share(id, std::move(memory), bytes);
  }
  const firmware::MapTable& tables() const { return tables_; }

 private:
  Answer allocate(const firmware::MapShape& shape);
  Answer release(unsigned id);
  uint64_t clear_cycles(uint64_t bytes) const;

  const Config& config_;
  firmware::MapTable tables_;
};

}  // namespace nic
