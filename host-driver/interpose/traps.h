// What a front end does with each system call that it catches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "host-driver/interpose/client.h"
#include "host-driver/interpose/outcome.h"
#include "host-driver/interpose/route_socket.h"

namespace interpose {

// One thread's: a front end with several threads has one of these for each, and the queues in common.
class Traps {
 public:
  Traps(Client client, RouteQueues& queues) : client_(std::move(client)), queues_(queues) {}

  Outcome handle(const Call& call, const Target& target);

 private:
#define INTERPOSE_TRAP(name, handler) Outcome handler(const Call& call, const Target& target);
#include "host-driver/interpose/traps.def"
#undef INTERPOSE_TRAP
  Outcome send(const Target& target, int socket, std::span<const uint8_t> datagram);
  Outcome readlink(const Target& target, int folder, const std::string& path, uint64_t buffer,
                   uint64_t size);

  Client client_;
  RouteQueues& queues_;
};

// The ioctls of network interfaces that a card without a network device answers.
bool is_interface_ioctl(uint64_t request);

}  // namespace interpose
