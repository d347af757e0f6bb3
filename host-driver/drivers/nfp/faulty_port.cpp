// The faults.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/faulty_port.h"

#include <algorithm>
#include <utility>

#include "fpc/ecc.h"

namespace host::nfp {
namespace {

bool take_one(unsigned& left) {
  if (left == 0) return false;
  --left;
  return true;
}

struct Flip {
  unsigned Faults::*left;
  size_t at;
  uint8_t bit;
};
constexpr Flip kFlips[] = {{&Faults::wrong_type, 0, 0x10},
                           {&Faults::wrong_tag, 2, 0x80},
                           {&Faults::wrong_status, 7, 0x40},
                           {&Faults::wrong_count, 11, 0x40}};

void flip_one(Faults& faults, std::vector<uint8_t>& bytes) {
  for (const Flip& flip : kFlips) {
    if (flip.at >= bytes.size() || !take_one(faults.*flip.left)) continue;
    bytes[flip.at] ^= flip.bit;
    return;
  }
}

}  // namespace

bool FaultyPort::post(std::span<const uint8_t> message) {
  return take_one(faults.lose_request) || port_.post(message);
}

bool FaultyPort::strike(nic::HostMessage& message) {
  if (!message.is_control) return true;
  if (take_one(faults.lose)) return false;
  if (take_one(faults.late)) {
    held_.emplace(now_ps() + faults.late_ps, std::move(message));
    return false;
  }
  if (take_one(faults.duplicate)) {
    held_.emplace(now_ps(), message);
  } else if (take_one(faults.truncate)) {
    message.bytes.resize(std::min(message.bytes.size(), faults.truncate_to));
  } else if (take_one(faults.wrong_queue)) {
    message.is_control = false;
  } else {
    flip_one(faults, message.bytes);
  }
  return true;
}

std::optional<nic::HostMessage> FaultyPort::receive() {
  while (std::optional<nic::HostMessage> message = port_.receive()) {
    if (strike(*message)) return message;
  }
  if (held_.empty() || held_.begin()->first > now_ps()) return std::nullopt;
  nic::HostMessage message = std::move(held_.begin()->second);
  held_.erase(held_.begin());
  return message;
}

void FaultyPort::wait(uint64_t time_ps) {
  const uint64_t held_ps = held_.empty() ? time_ps : std::max(now_ps(), held_.begin()->first);
  port_.wait(std::min(time_ps, held_ps));
}

std::optional<uint64_t> FaultyPort::map_memory(std::span<const uint8_t> memory) {
  if (take_one(faults.mapping_fails)) return std::nullopt;
  if (take_one(faults.read_fails)) return port_.map_memory({});
  const unsigned flips = std::min(std::exchange(faults.ecc_flips, 0), fpc::kStoredWordBits);
  if (flips == 0 || memory.empty()) return port_.map_memory(memory);
  auto copy = std::make_unique<std::vector<uint8_t>>(memory.begin(), memory.end());
  for (unsigned bit = 0; bit < flips; ++bit) {
    copy->at(bit / 8) = static_cast<uint8_t>(copy->at(bit / 8) ^ 1u << bit % 8);
  }
  const std::optional<uint64_t> address = port_.map_memory(*copy);
  if (address) copies_[*address] = std::move(copy);
  return address;
}

void FaultyPort::unmap_memory(uint64_t address) {
  port_.unmap_memory(address);
  copies_.erase(address);
}

}  // namespace host::nfp
