// Tags, waiting and the checks of replies.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/ccm.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/bits.h"

namespace host::nfp {
namespace {

namespace control = firmware::control;
using control::Status;
using control::Type;

constexpr unsigned kMostSpan = 65535 / 4;  // tags from the oldest in use to the next
constexpr unsigned kPolls = 50;
constexpr uint64_t kPollPs = 4'000'000;
constexpr uint64_t kTimeoutPs = 5'000'000'000'000;
constexpr size_t kShortest = 8;

}  // namespace

int to_error(uint32_t status, const Log& log) {
  switch (static_cast<Status>(status)) {
    case Status::kOk:
      return 0;
    case Status::kBadTable:
      return -EBADFD;
    case Status::kNoEntry:
      return -ENOENT;
    case Status::kInvalid:
      return -EINVAL;
    case Status::kParse:
      return -EIO;
    case Status::kExists:
      return -EEXIST;
    case Status::kNoMemory:
      return -ENOMEM;
    case Status::kTooBig:
      return -E2BIG;
  }
  log(fmt::format("FW responded with invalid status: {}", status));
  return -EIO;
}

int Ccm::take_tag() {
  const auto span = static_cast<uint16_t>(next_tag_ - oldest_tag_);
  if (span > kMostSpan) {
    log_("all FW request contexts busy!");
    return -EAGAIN;
  }
  waiting_.emplace(next_tag_, port_.now_ps());
  return next_tag_++;
}

void Ccm::free_tag(uint16_t tag) {
  waiting_.erase(tag);
  replies_.erase(tag);
  while (oldest_tag_ != next_tag_ && !waiting_.contains(oldest_tag_)) ++oldest_tag_;
}

int Ccm::send(std::vector<uint8_t> request, Type type) {
  const int tag = take_tag();
  if (tag < 0) return tag;
  request[0] = static_cast<uint8_t>(type);
  request[1] = control::kVersion;
  base::store_be(&request[2], static_cast<uint16_t>(tag));
  if (!port_.post(request)) {
    free_tag(static_cast<uint16_t>(tag));
    return -EBUSY;
  }
  ++counters_.sent;
  return tag;
}

Ccm::Reply Ccm::wait_for(int tag_number, Type type, size_t reply_bytes) {
  const auto tag = static_cast<uint16_t>(tag_number);
  const uint64_t deadline_ps = port_.now_ps() + kTimeoutPs;
  take_messages();
  for (unsigned poll = 0; poll < kPolls && !replies_.contains(tag); ++poll) {
    port_.run_until(port_.now_ps() + kPollPs);
    take_messages();
  }
  while (!replies_.contains(tag) && port_.now_ps() < deadline_ps) {
    port_.wait(deadline_ps);
    take_messages();
    if (replies_.contains(tag)) port_.run_until(port_.now_ps() + port_.costs().wakeup_ps);
  }
  const auto found = replies_.find(tag);
  if (found == replies_.end()) {
    free_tag(tag);
    ++counters_.timeouts;
    log_(fmt::format("timeout waiting for response to 0x{:02x}", static_cast<unsigned>(type)));
    return {-ETIMEDOUT, {}};
  }
  std::vector<uint8_t> bytes = std::move(found->second);
  free_tag(tag);
  return check(std::move(bytes), type, reply_bytes);
}

int Ccm::refuse(const std::string& why) {
  ++counters_.bad_reply;
  log_("cmsg drop - " + why + "!");
  return -EIO;
}

Ccm::Reply Ccm::check(std::vector<uint8_t> bytes, Type type, size_t reply_bytes) {
  const unsigned wanted = static_cast<unsigned>(type) | control::kReply;
  if (bytes[0] != wanted) {
    return {refuse(fmt::format("wrong type 0x{:02x} != 0x{:02x}", bytes[0], wanted)), {}};
  }
  if (reply_bytes != 0 && bytes.size() != reply_bytes) {
    return {refuse(fmt::format("type 0x{:02x} wrong size {} != {}", bytes[0], bytes.size(),
                               reply_bytes)),
            {}};
  }
  return {0, std::move(bytes)};
}

Ccm::Reply Ccm::ask(std::vector<uint8_t> request, Type type, size_t reply_bytes) {
  const int tag = send(std::move(request), type);
  if (tag < 0) return {tag, {}};
  return wait_for(tag, type, reply_bytes);
}

void Ccm::take_messages() {
  while (std::optional<nic::HostMessage> message = port_.receive()) take(std::move(*message));
}

void Ccm::take(nic::HostMessage message) {
  std::vector<uint8_t>& bytes = message.bytes;
  ++counters_.received;
  if (bytes.size() < kShortest) {
    ++counters_.too_short;
    return log_(fmt::format("cmsg drop - too short {}!", bytes.size()));
  }
  if (bytes[0] == static_cast<uint8_t>(Type::kEvent)) return on_event_(std::move(bytes));
  if (!message.is_control) {
    ++counters_.not_control;
    return log_(fmt::format("cmsg drop - msg type {} with raw buffer!", bytes[0]));
  }
  const auto tag = base::load_be<uint16_t>(&bytes[2]);
  if (!waiting_.contains(tag) || replies_.contains(tag)) {
    ++counters_.unknown_tag;
    return log_(fmt::format("cmsg drop - no one is waiting for tag {}!", tag));
  }
  constexpr uint64_t kSoonPs = 200'000'000;
  if (port_.now_ps() - waiting_.at(tag) <= kSoonPs) ++counters_.within_200us;
  replies_[tag] = std::move(bytes);
}

}  // namespace host::nfp
