// Packing messages into packets, and their data into a memory file when it is long.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace interpose {
namespace {

constexpr size_t kInlineBytes = 32 * 1024;  // well below the send buffer of a socket

struct Header {
  Verb verb{};
  uint32_t in_file = 0;  // data is in the last descriptor
  uint64_t size = 0;
  Words word{};
};

bool write_all(int fd, const std::vector<uint8_t>& data) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = pwrite(fd, data.data() + done, data.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

// The file stays the sender's to change or cut, so its bytes are copied, never mapped.
bool read_all(int fd, std::vector<uint8_t>& data) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = pread(fd, data.data() + done, data.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

base::UniqueFd in_memory_file(const std::vector<uint8_t>& data) {
  base::UniqueFd file(memfd_create("millrace-data", MFD_CLOEXEC));
  if (file && !write_all(file.get(), data)) file.reset();
  return file;
}

bool wait_for(int fd, short events, int timeout_ms) {
  pollfd entry = {fd, events, 0};
  int ready = 0;
  do {
    ready = poll(&entry, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

void take_fds(msghdr& message, std::vector<base::UniqueFd>& fds) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
}

}  // namespace

pid_t Channel::peer() const {
  ucred other = {};
  socklen_t bytes = sizeof other;
  return getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &other, &bytes) == 0 ? other.pid : 0;
}

bool Channel::send(const Message& message, int timeout_ms) {
  if (message.data.size() > kMaxData || message.fds.size() > kMaxFds) return false;
  Header header{message.verb, message.data.size() > kInlineBytes, message.data.size(),
                message.word};
  int fds[kMaxFds + 1];
  size_t count = 0;
  for (const base::UniqueFd& fd : message.fds) fds[count++] = fd.get();
  base::UniqueFd file;
  if (header.in_file != 0) {
    file = in_memory_file(message.data);
    if (!file) return false;
    fds[count++] = file.get();
  }
  iovec parts[2] = {{&header, sizeof header},
                    {const_cast<uint8_t*>(message.data.data()), message.data.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  msghdr packet = {};
  packet.msg_iov = parts;
  packet.msg_iovlen = header.in_file != 0 || message.data.empty() ? 1 : 2;
  if (count != 0) {
    packet.msg_control = control;
    packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* c = CMSG_FIRSTHDR(&packet);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(c), fds, count * sizeof(int));
  }
  for (;;) {
    if (sendmsg(socket_.get(), &packet, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !wait_for(socket_.get(), POLLOUT, timeout_ms)) return false;
  }
}

std::optional<Message> Channel::receive(int timeout_ms) {
  // Without a limit recvmsg itself waits.
  if (timeout_ms >= 0 && !wait_for(socket_.get(), POLLIN, timeout_ms)) return std::nullopt;
  // Not the stack, which may be a foreign thread's; not filled with zeros, since most messages are short.
  const std::unique_ptr<uint8_t[]> buffer(new uint8_t[kInlineBytes]);
  Header header;
  Message message;
  iovec parts[2] = {{&header, sizeof header}, {buffer.get(), kInlineBytes}};
  alignas(cmsghdr) char control[CMSG_SPACE((kMaxFds + 1) * sizeof(int))];
  msghdr packet = {};
  packet.msg_iov = parts;
  packet.msg_iovlen = 2;
  packet.msg_control = control;
  packet.msg_controllen = sizeof control;
  ssize_t n = 0;
  do {
    n = recvmsg(socket_.get(), &packet, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n > 0) take_fds(packet, message.fds);
  const size_t got = n < 0 ? 0 : static_cast<size_t>(n);
  if (got < sizeof header || (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return std::nullopt;
  if (header.size > kMaxData) return std::nullopt;
  message.verb = header.verb;
  message.word = header.word;
  if (header.in_file == 0) {
    if (header.size != got - sizeof header) return std::nullopt;
    message.data.assign(buffer.get(), buffer.get() + header.size);
    return message;
  }
  if (message.fds.empty()) return std::nullopt;
  const base::UniqueFd file = std::move(message.fds.back());
  message.fds.pop_back();
  struct stat status = {};
  // The size is looked at before memory is taken for it; only memory files answer a read at once.
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<uint64_t>(status.st_size) < header.size)
    return std::nullopt;
  message.data.resize(header.size);
  if (!read_all(file.get(), message.data)) return std::nullopt;
  return message;
}

base::Result<Channel> connect_to(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::out_of_range("socket path of " + std::to_string(path.size()) + " bytes: at most " +
                                  std::to_string(sizeof address.sun_path - 1) + " are allowed",
                              path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const timeval limit = {kConnectSeconds, 0};  // sends do not wait in the socket
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
      connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return base::io_error("no card listens here (" + std::string(std::strerror(errno)) +
                              "); `millrace serve` starts one",
                          path);
  // The default path is in a folder where others may put sockets too.
  ucred server = {};
  socklen_t bytes = sizeof server;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &server, &bytes) != 0 ||
      (server.uid != geteuid() && server.uid != 0))
    return base::io_error("another user's program listens here", path);
  return Channel(std::move(socket));
}

}  // namespace interpose
