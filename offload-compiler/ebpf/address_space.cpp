// Resolves tagged addresses to host bytes and keeps the packet buffer.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/address_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace ebpf {
namespace {

// [offset, offset + size) lies in [begin, end); offsets that wrapped below zero are huge.
constexpr bool inside(uint64_t offset, uint64_t size, uint64_t begin, uint64_t end) {
  return offset >= begin && offset <= end && size <= end - offset;
}

}  // namespace

uint8_t* AddressSpace::resolve(uint64_t address, uint64_t size) {
  const uint64_t rest = address & ((uint64_t{1} << kTagShift) - 1);
  switch (region_of(address)) {
    case Region::kPacket: {
      const uint64_t offset = rest - kOffsetBias;
      return inside(offset, size, data_, data_end_) ? buffer_.data() + offset : nullptr;
    }
    case Region::kStack: {
      const uint64_t offset = rest - kOffsetBias;
      return inside(offset, size, 0, stack_bytes_) ? stack_.data() + offset : nullptr;
    }
    case Region::kMapValue: {
      const uint64_t index = rest >> kMapShift;
      if (index >= maps_.size() || maps_[index] == nullptr) return nullptr;
      Map& map = *maps_[index];
      const uint64_t offset = rest & kOffsetMask;
      if (!inside(offset, size, 0, map.def().value_bytes)) return nullptr;
      const uint64_t slot = (rest >> kSlotShift) & ((uint64_t{1} << (kMapShift - kSlotShift)) - 1);
      uint8_t* value = map.slot_value(static_cast<uint32_t>(slot));
      return value == nullptr ? nullptr : value + offset;
    }
    case Region::kNone:
    case Region::kContext:
    case Region::kMap:
      return nullptr;
  }
  return nullptr;
}

Map* AddressSpace::map_at(uint64_t address) const {
  if (region_of(address) != Region::kMap) return nullptr;
  const uint64_t index = address & ((uint64_t{1} << kTagShift) - 1);
  return index < maps_.size() ? maps_[index].get() : nullptr;
}

std::string AddressSpace::describe(uint64_t address) const {
  const auto rest = static_cast<int64_t>(address & ((uint64_t{1} << kTagShift) - 1));
  const auto bias = static_cast<int64_t>(kOffsetBias);
  switch (region_of(address)) {
    case Region::kPacket:
      return fmt::format("packet{:+} of {} bytes", rest - bias - data_, data_end_ - data_);
    case Region::kStack:
      return fmt::format("stack{:+} of {} bytes", rest - bias, stack_bytes_);
    case Region::kContext:
      return fmt::format("context{:+}", rest - bias);
    case Region::kMap:
      return "a map's descriptor";
    case Region::kMapValue: {
      const auto map = static_cast<uint64_t>(rest) >> kMapShift;
      if (map >= maps_.size() || maps_[map] == nullptr) break;
      return fmt::format("value+{} of map {} of {} bytes",
                         static_cast<uint64_t>(rest) & kOffsetMask, maps_[map]->def().name,
                         maps_[map]->def().value_bytes);
    }
    case Region::kNone:
      break;
  }
  return fmt::format("{:#x}, which is no pointer", address);
}

void AddressSpace::set_packet(const std::vector<uint8_t>& packet, uint32_t room_before,
                              uint32_t room_after) {
  buffer_.assign(room_before + packet.size() + room_after, 0);
  std::copy(packet.begin(), packet.end(), buffer_.begin() + room_before);
  data_ = room_before;
  data_end_ = room_before + static_cast<uint32_t>(packet.size());
}

void AddressSpace::move_data_end(uint32_t data_end) {
  assert(data_end >= data_ && data_end <= buffer_.size() && "packet end outside its buffer");
  if (data_end > data_end_) {
    std::fill(buffer_.begin() + data_end_, buffer_.begin() + data_end, uint8_t{0});
  }
  data_end_ = data_end;
}

}  // namespace ebpf
