// Control messages: requests with tags, replies that are waited for in simulated time, and what is done with strays.
// SPDX-License-Identifier: Apache-2.0
//
//   Ccm::Reply reply = ccm.ask(std::move(request), Type::kMapLookup, 0);
//   if (reply.error < 0) return reply.error;
//
// The driver looks for a reply every 4 us for 200 us, as one that expects it soon, then sleeps; after 5 s it gives up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fpc/firmware/control.h"
#include "host-driver/drivers/nfp/capabilities.h"
#include "nic-model/host_port.h"

namespace host::nfp {

class Ccm {
 public:
  struct Counters {
    uint64_t sent = 0, received = 0, timeouts = 0;
    uint64_t within_200us = 0;  // replies, from the request on, as the driver's source expects them
    uint64_t too_short = 0, unknown_tag = 0, not_control = 0, bad_reply = 0;
  };
  using EventHandler = std::function<void(std::vector<uint8_t>)>;  // of a whole event message

  Ccm(nic::HostPort& port, Log log, EventHandler on_event)
      : port_(port), log_(std::move(log)), on_event_(std::move(on_event)) {}

  struct Reply {
    int error = 0;  // -ETIMEDOUT, -EIO, -EAGAIN, -EBUSY
    std::vector<uint8_t> bytes;
  };
  // Fills in the header. `reply_bytes` 0: the caller checks the length.
  Reply ask(std::vector<uint8_t> request, firmware::control::Type type, size_t reply_bytes);

  // The halves of ask(): a tag or a negative errno, and the reply to it.
  int send(std::vector<uint8_t> request, firmware::control::Type type);
  Reply wait_for(int tag, firmware::control::Type type, size_t reply_bytes);

  // A reply that cannot be what it says: noted and counted. -EIO.
  int refuse(const std::string& why);

  void take_messages();  // handles what the host has received by now
  const Counters& counters() const { return counters_; }
  size_t in_flight() const { return waiting_.size(); }

 private:
  int take_tag();
  void free_tag(uint16_t tag);
  void take(nic::HostMessage message);
  Reply check(std::vector<uint8_t> bytes, firmware::control::Type type, size_t reply_bytes);

  nic::HostPort& port_;
  Log log_;
  EventHandler on_event_;
  std::map<uint16_t, uint64_t> waiting_;  // tags in use, and when their requests were sent
  uint16_t next_tag_ = 0, oldest_tag_ = 0;
  std::map<uint16_t, std::vector<uint8_t>> replies_;
  Counters counters_;
};

// Status of a reply as a negative errno; unknown ones are -EIO with a message.
int to_error(uint32_t status, const Log& log);

}  // namespace host::nfp
