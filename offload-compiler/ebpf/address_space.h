// The memory a program sees: tagged regions; no register ever holds a host pointer.
// SPDX-License-Identifier: Apache-2.0
//
//   63   60 59    54 53      28 27         0
//   [ tag ][  map  ][   slot   ][  offset   ]   map values; the other regions use only tag and
//   offset
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/maps.h"

namespace ebpf {

enum class Region : uint8_t {
  kNone = 0,
  kContext = 1,
  kStack = 2,
  kPacket = 3,
  kMap = 4,
  kMapValue = 5
};

class AddressSpace {
 public:
  static constexpr uint32_t kFrameBytes = 512, kMaxFrames = 8, kMaxMaps = 64;

  explicit AddressSpace(std::vector<std::shared_ptr<Map>> maps) : maps_(std::move(maps)) {}

  static constexpr Region region_of(uint64_t address) {
    return static_cast<Region>(address >> kTagShift);
  }
  static constexpr uint64_t context_address() { return tagged(Region::kContext, kOffsetBias); }
  static constexpr uint64_t map_address(uint32_t map) { return tagged(Region::kMap, map); }
  static constexpr uint64_t map_value_address(uint32_t map, uint32_t slot) {
    return tagged(Region::kMapValue, uint64_t{map} << kMapShift | uint64_t{slot} << kSlotShift);
  }
  // r10 of a call frame: one past its stack.
  static constexpr uint64_t frame_pointer(uint32_t frame) {
    return tagged(Region::kStack, kOffsetBias + (frame + 1) * kFrameBytes);
  }
  static constexpr uint64_t context_offset(uint64_t address) { return address - context_address(); }

  // The host bytes of [address, address + size), or nullptr when they are not inside one region
  // that may be accessed.
  uint8_t* resolve(uint64_t address, uint64_t size);
  Map* map_at(uint64_t address) const;  // nullptr: the address is no map's
  uint32_t map_index(uint64_t address) const {
    return static_cast<uint32_t>(address & kOffsetMask);
  }
  std::string describe(uint64_t address) const;  // "packet+60" for messages

  // Stacks of frames 0 to `frame` are accessible; the new one is zero.
  void enter_frame(uint32_t frame) {
    std::fill_n(stack_.begin() + frame * kFrameBytes, kFrameBytes, uint8_t{0});
    stack_bytes_ = (frame + 1) * kFrameBytes;
  }
  void leave_frame(uint32_t frame) { stack_bytes_ = frame * kFrameBytes; }

  // The packet buffer: [0, room before) [data, data_end) [room after). Offsets count from the
  // buffer's start.
  void set_packet(const std::vector<uint8_t>& packet, uint32_t room_before, uint32_t room_after);
  std::vector<uint8_t> packet() const {
    return {buffer_.begin() + data_, buffer_.begin() + data_end_};
  }
  uint32_t data() const { return data_; }
  uint32_t data_end() const { return data_end_; }
  uint32_t buffer_bytes() const { return static_cast<uint32_t>(buffer_.size()); }
  void move_data(uint32_t data) { data_ = data; }
  void move_data_end(uint32_t data_end);  // bytes gained are zero
  static constexpr uint64_t packet_address(uint32_t offset) {
    return tagged(Region::kPacket, kOffsetBias + offset);
  }

 private:
  static constexpr unsigned kTagShift = 60, kMapShift = 54, kSlotShift = 28;
  static constexpr uint64_t kOffsetMask = (uint64_t{1} << kSlotShift) - 1;
  static constexpr uint64_t kOffsetBias = 1u << 16;  // so that small negative offsets keep the tag

  static constexpr uint64_t tagged(Region region, uint64_t rest) {
    return static_cast<uint64_t>(region) << kTagShift | rest;
  }

  std::vector<std::shared_ptr<Map>> maps_;
  std::array<uint8_t, kFrameBytes * kMaxFrames> stack_{};
  uint32_t stack_bytes_ = kFrameBytes;
  std::vector<uint8_t> buffer_;
  uint32_t data_ = 0, data_end_ = 0;
};

}  // namespace ebpf
