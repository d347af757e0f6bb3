// Sends and receives on NETLINK_ROUTE sockets; every other socket is left alone.
// SPDX-License-Identifier: Apache-2.0
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/interpose/traps.h"

namespace interpose {
namespace {

constexpr size_t kMostVectors = 1024;     // UIO_MAXIOV
constexpr size_t kLargestSend = 1 << 20;  // of a datagram; netlink requests are far below

uint64_t inode_of(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

template <typename T>
std::span<uint8_t> bytes_of(T& value) {
  return {reinterpret_cast<uint8_t*>(&value), sizeof value};
}

// The vectors of a msghdr of the caller: 0 or -errno.
int read_vectors(const Target& target, const msghdr& header, std::vector<iovec>& vectors) {
  if (header.msg_iovlen > kMostVectors) return -EMSGSIZE;
  vectors.resize(header.msg_iovlen);
  const std::span to(reinterpret_cast<uint8_t*>(vectors.data()), vectors.size() * sizeof(iovec));
  return target.read(reinterpret_cast<uint64_t>(header.msg_iov), to) ? 0 : -EFAULT;
}

// 0 or -errno. What is too long for us is not the kernel's either: a change of the host could be at its beginning.
int gather(const Target& target, const std::vector<iovec>& vectors, std::vector<uint8_t>& out) {
  for (const iovec& vector : vectors) {
    const size_t at = out.size();
    if (vector.iov_len > kLargestSend - at) return -EMSGSIZE;
    out.resize(at + vector.iov_len);
    if (!target.read(reinterpret_cast<uint64_t>(vector.iov_base), std::span(out).subspan(at)))
      return -EFAULT;
  }
  return 0;
}

sockaddr_nl kernel_address() {
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  return address;
}

}  // namespace

Outcome Traps::send(const Target& target, int socket, std::span<const uint8_t> datagram) {
  Message request;
  request.verb = Verb::kNetlink;
  request.word[0] = port_id(socket);
  request.data.assign(datagram.begin(), datagram.end());
  const std::optional<Message> reply =
      client_.call(std::move(request), target,
                   [&](std::span<const uint8_t> message) { return talk(socket, message); });
  if (!reply) return Outcome::result(-ENODEV);
  if (reply->verb == Verb::kPass) return Outcome::pass();
  queues_.push(inode_of(socket), to_datagrams(reply->data));
  return Outcome::result(static_cast<int64_t>(datagram.size()));
}

Outcome Traps::trap_sendto(const Call& call, const Target& target) {
  const base::UniqueFd socket = target.duplicate(call.fd(0));
  if (!socket || !is_route_socket(socket.get())) return Outcome::pass();
  if (call.arg[2] > kLargestSend) return Outcome::result(-EMSGSIZE);
  std::vector<uint8_t> datagram(call.arg[2]);
  if (!target.read(call.arg[1], datagram)) return Outcome::result(-EFAULT);
  return send(target, socket.get(), datagram);
}

// One that is not alone cannot go on in the kernel, which would send the others, too: it is sent from here.
Outcome Traps::send_message(const Target& target, int socket, uint64_t header_address,
                            bool is_alone) {
  msghdr header = {};
  std::vector<iovec> vectors;
  std::vector<uint8_t> datagram;
  if (!target.read(header_address, bytes_of(header))) return Outcome::result(-EFAULT);
  int failed = read_vectors(target, header, vectors);
  if (failed == 0) failed = gather(target, vectors, datagram);
  if (failed != 0) return Outcome::result(failed);
  Outcome sent = send(target, socket, datagram);
  if (is_alone || !sent.passed) return sent;
  queues_.push(inode_of(socket), to_datagrams(talk(socket, datagram)));
  return Outcome::result(static_cast<int64_t>(datagram.size()));
}

Outcome Traps::trap_sendmsg(const Call& call, const Target& target) {
  const base::UniqueFd socket = target.duplicate(call.fd(0));
  if (!socket || !is_route_socket(socket.get())) return Outcome::pass();
  return send_message(target, socket.get(), call.arg[1], true);
}

// The first failure ends it, and is told when nothing was sent before.
Outcome Traps::trap_sendmmsg(const Call& call, const Target& target) {
  const base::UniqueFd socket = target.duplicate(call.fd(0));
  if (!socket || !is_route_socket(socket.get())) return Outcome::pass();
  const uint64_t count = std::min<uint64_t>(static_cast<uint32_t>(call.arg[2]), kMostVectors);
  for (uint64_t done = 0; done < count; ++done) {
    const uint64_t at = call.arg[1] + done * sizeof(mmsghdr);
    const Outcome sent = send_message(target, socket.get(), at, false);
    int64_t failed = std::min<int64_t>(sent.value, 0);
    auto length = static_cast<uint32_t>(sent.value);
    if (failed == 0 && !target.write(at + offsetof(mmsghdr, msg_len), bytes_of(length)))
      failed = -EFAULT;
    if (failed != 0) return Outcome::result(done != 0 ? static_cast<int64_t>(done) : failed);
  }
  return Outcome::result(static_cast<int64_t>(count));
}

Outcome Traps::trap_recvfrom(const Call& call, const Target& target) {
  if (queues_.are_empty()) return Outcome::pass();
  const base::UniqueFd socket = target.duplicate(call.fd(0));
  const auto flags = static_cast<int>(call.arg[3]);
  if (!socket || !is_route_socket(socket.get())) return Outcome::pass();
  const auto datagram = queues_.next(inode_of(socket.get()), (flags & MSG_PEEK) != 0);
  if (!datagram) return Outcome::pass();
  const size_t size = std::min<size_t>(datagram->size(), call.arg[2]);
  if (!target.write(call.arg[1], std::span(*datagram).first(size))) return Outcome::result(-EFAULT);
  uint32_t length = 0;
  if (call.arg[4] != 0 && target.read(call.arg[5], bytes_of(length))) {
    sockaddr_nl address = kernel_address();
    target.write(call.arg[4], bytes_of(address).first(std::min<size_t>(length, sizeof address)));
    length = sizeof address;
    target.write(call.arg[5], bytes_of(length));
  }
  return Outcome::result(static_cast<int64_t>((flags & MSG_TRUNC) != 0 ? datagram->size() : size));
}

Outcome Traps::trap_recvmsg(const Call& call, const Target& target) {
  if (queues_.are_empty()) return Outcome::pass();
  const base::UniqueFd socket = target.duplicate(call.fd(0));
  const auto flags = static_cast<int>(call.arg[2]);
  msghdr header = {};
  std::vector<iovec> vectors;
  if (!socket || !is_route_socket(socket.get()) || !target.read(call.arg[1], bytes_of(header)) ||
      read_vectors(target, header, vectors) != 0)
    return Outcome::pass();
  const auto datagram = queues_.next(inode_of(socket.get()), (flags & MSG_PEEK) != 0);
  if (!datagram) return Outcome::pass();
  std::span<const uint8_t> rest = *datagram;
  for (const iovec& vector : vectors) {
    const size_t size = std::min<size_t>(rest.size(), vector.iov_len);
    if (!target.write(reinterpret_cast<uint64_t>(vector.iov_base), rest.first(size)))
      return Outcome::result(-EFAULT);
    rest = rest.subspan(size);
  }
  if (header.msg_name != nullptr) {
    sockaddr_nl address = kernel_address();
    const size_t size = std::min<size_t>(header.msg_namelen, sizeof address);
    target.write(reinterpret_cast<uint64_t>(header.msg_name), bytes_of(address).first(size));
    header.msg_namelen = sizeof address;
  }
  header.msg_controllen = 0;
  header.msg_flags = rest.empty() ? 0 : MSG_TRUNC;
  if (!target.write(call.arg[1], bytes_of(header))) return Outcome::result(-EFAULT);
  const size_t all = datagram->size();
  return Outcome::result(static_cast<int64_t>((flags & MSG_TRUNC) != 0 ? all : all - rest.size()));
}

}  // namespace interpose
