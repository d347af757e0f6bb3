// What a front end does with each system call that it catches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/sockios.h>

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
  Outcome send_message(const Target& target, int socket, uint64_t header_address, bool is_alone);
  Outcome send(const Target& target, int socket, std::span<const uint8_t> datagram);
  Outcome finish(Message reply, const Target& target);
  Outcome about_file(Message request, int fd, const Target& target);
  Outcome perf_control(int fd, uint64_t number, uint64_t argument, const Target& target);
  Outcome readlink(const Target& target, int folder, const std::string& path, uint64_t buffer,
                   uint64_t size);

  Client client_;
  RouteQueues& queues_;
};

// The ioctls of network interfaces: what a card without a network device answers, and what changes one (netdevice(7)).
inline constexpr uint32_t kInterfaceQuestions[] = {SIOCGIFINDEX, SIOCGIFNAME,   SIOCGIFFLAGS,
                                                   SIOCGIFMTU,   SIOCGIFTXQLEN, SIOCGIFHWADDR};
inline constexpr uint32_t kInterfaceChanges[] = {
    SIOCSIFFLAGS,  SIOCSIFADDR,        SIOCSIFDSTADDR, SIOCSIFBRDADDR, SIOCSIFNETMASK,
    SIOCSIFMETRIC, SIOCSIFMTU,         SIOCSIFNAME,    SIOCSIFHWADDR,  SIOCSIFTXQLEN,
    SIOCSIFMAP,    SIOCSIFHWBROADCAST, SIOCADDMULTI,   SIOCDELMULTI};
bool is_interface_change(uint64_t request);
bool is_interface_ioctl(uint64_t request);
// Of mmap(2): a descriptor that may be a map's. Private mappings of one, which the kernel refuses, are not caught: they are how
// every program loads its libraries.
bool is_shared_file_mapping(uint64_t flags, int fd);

inline constexpr uint32_t kIoctlTypeMask = 0xff00, kPerfIoctlType = '$' << 8;
bool is_perf_ioctl(uint64_t request);

// Adds the file of the descriptor, so that the server need not ask. False: there is none.
bool tell_file(Message& request, const Target& target, int fd);

}  // namespace interpose
