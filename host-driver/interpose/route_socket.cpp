// Talking over a caller's netlink socket; queues of answers.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/route_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace interpose {
namespace {

constexpr size_t kReceiveBytes =
    64 * 1024;                           // above the 32 KiB that the kernel gives a dump at most
constexpr size_t kDatagramBytes = 3776;  // a page of 4096 less the kernel's own overhead
constexpr size_t kMostAnswerBytes = 16 << 20;  // of one request
constexpr size_t kMostSockets = 256;
constexpr size_t kMostDatagrams = 8192;  // of one socket

int option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

bool is_route_socket(int fd) {
  return option(fd, SO_DOMAIN) == AF_NETLINK && option(fd, SO_PROTOCOL) == NETLINK_ROUTE;
}

uint32_t port_id(int fd) {
  sockaddr_nl address = {};
  socklen_t size = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(fd, name, &size) != 0 || address.nl_pid != 0) return address.nl_pid;
  address = {};
  address.nl_family = AF_NETLINK;
  if (bind(fd, name, sizeof address) != 0) return 0;
  size = sizeof address;
  return getsockname(fd, name, &size) == 0 ? address.nl_pid : 0;
}

std::vector<uint8_t> talk(int fd, std::span<const uint8_t> message) {
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  std::vector<uint8_t> answer;
  if (sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
    return answer;
  while (answer.size() < kMostAnswerBytes) {
    const size_t at = answer.size();
    answer.resize(at + kReceiveBytes);
    const ssize_t n = recv(fd, &answer[at], kReceiveBytes, MSG_DONTWAIT);
    answer.resize(at + (n > 0 ? NLMSG_ALIGN(static_cast<size_t>(n)) : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
  }
  return answer;
}

std::vector<std::vector<uint8_t>> to_datagrams(std::span<const uint8_t> messages) {
  std::vector<std::vector<uint8_t>> out;
  bool is_open = false;  // the last datagram may take more
  while (messages.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, messages.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > messages.size()) break;
    const size_t size = std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), messages.size());
    const bool is_part = (header.nlmsg_flags & NLM_F_MULTI) != 0;
    if (!is_open || !is_part || out.back().size() + size > kDatagramBytes) out.emplace_back();
    out.back().insert(out.back().end(), messages.begin(),
                      messages.begin() + static_cast<ptrdiff_t>(size));
    is_open = is_part;
    messages = messages.subspan(size);
  }
  return out;
}

void RouteQueues::push(uint64_t socket, std::vector<std::vector<uint8_t>> datagrams) {
  const std::lock_guard lock(mutex_);
  Queue& queue = queues_[socket];
  queue.used = ++clock_;
  for (std::vector<uint8_t>& datagram : datagrams) queue.datagrams.push_back(std::move(datagram));
  while (queue.datagrams.size() > kMostDatagrams) queue.datagrams.pop_front();
  if (queues_.size() <= kMostSockets) return;
  queues_.erase(std::min_element(queues_.begin(), queues_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  }));
}

std::optional<std::vector<uint8_t>> RouteQueues::next(uint64_t socket, bool peek) {
  const std::lock_guard lock(mutex_);
  const auto at = queues_.find(socket);
  if (at == queues_.end()) return std::nullopt;
  std::vector<uint8_t> datagram = at->second.datagrams.front();
  if (!peek) at->second.datagrams.pop_front();
  if (at->second.datagrams.empty()) queues_.erase(at);
  return datagram;
}

bool RouteQueues::are_empty() const {
  const std::lock_guard lock(mutex_);
  return queues_.empty();
}

}  // namespace interpose
