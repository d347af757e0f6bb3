// NETLINK_ROUTE sockets of callers: talking over them, and what they have yet to receive from us.
// SPDX-License-Identifier: Apache-2.0
//
// A socket is never replaced. What the kernel has to answer is asked over the caller's own socket, so port ids, sequence
// numbers, name spaces and permissions are right by construction; the answers, changed where the card has a part in them,
// wait here until the caller receives them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.h"

namespace interpose {

bool is_route_socket(int fd);
// The port id; binds a socket that has none yet, as its first send would.
uint32_t port_id(int fd);
// Sends one message and collects everything the kernel answers, in order. The kernel answers before send returns.
std::vector<uint8_t> talk(int fd, std::span<const uint8_t> message);
// Cuts messages into the datagrams in which the kernel would send them: parts of a dump together, up to 3776 bytes (what fits
// one page there), every other message alone.
std::vector<std::vector<uint8_t>> to_datagrams(std::span<const uint8_t> messages);

// By inode of the socket. Bounded: the sockets used longest ago are forgotten, and so is the oldest of too many datagrams.
class RouteQueues {
 public:
  void push(uint64_t socket, std::vector<std::vector<uint8_t>> datagrams);
  // The next datagram; it stays when `peek`.
  std::optional<std::vector<uint8_t>> next(uint64_t socket, bool peek);
  // Quick: nothing waits for anybody.
  bool are_empty() const;

 private:
  struct Queue {
    uint64_t used = 0;
    std::deque<std::vector<uint8_t>> datagrams;
  };
  mutable std::mutex mutex_;
  uint64_t clock_ = 0;
  std::map<uint64_t, Queue> queues_;
};

}  // namespace interpose
