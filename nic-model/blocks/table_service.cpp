// Allocation by fpc/firmware's MapTable; the time is that of clearing the memory through all banks.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/table_service.h"

#include <cmath>

#include "fpc/firmware/map_geometry.h"

namespace nic {

using firmware::control::Status;
using firmware::control::Type;

uint64_t TableService::clear_cycles(uint64_t bytes) const {
  constexpr double kWordBytes = 16;
  const double words = std::ceil(static_cast<double>(bytes) / kWordBytes);
  const double service = config_.emem.word_service_cycles * words / config_.emem.banks;
  return config_.emem.latency_cycles + static_cast<uint64_t>(service);
}

TableService::Answer TableService::ask(std::span<const uint32_t, firmware::kIoTableWords> words) {
  if (words[0] == static_cast<uint32_t>(Type::kMapFree)) return release(words[1]);
  if ((words[5] & ~firmware::control::kAllocMappable) != 0)
    return {.status = Status::kInvalid, .cycles = 1};
  return allocate({words[4], words[1], words[2], words[3], words[5] != 0});
}

TableService::Answer TableService::allocate(const firmware::MapShape& shape) {
  const base::Result<firmware::MapGeometry> geometry = firmware::map_geometry(shape);
  if (!geometry) {
    const bool is_type = geometry.error().code == base::ErrorCode::kUnsupported;
    return {.status = is_type ? Status::kInvalid : Status::kTooBig, .cycles = 1};
  }
  const base::Result<unsigned> id = tables_.create(shape);
  if (!id) return {.status = Status::kNoMemory, .cycles = 1};
  return {.result = *id, .table = *id, .cycles = config_.imem.latency_cycles};
}

TableService::Answer TableService::release(unsigned id) {
  if (!tables_.contains(id)) return {.status = Status::kBadTable, .cycles = 1};
  const base::Result<firmware::MapGeometry> geometry = firmware::map_geometry(tables_.shape(id));
  const uint64_t bytes = geometry ? geometry->bytes : 0;
  return {.result = tables_.destroy(id), .table = id, .cycles = clear_cycles(bytes)};
}

}  // namespace nic
