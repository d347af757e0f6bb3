// Accepting, refusing and ending connections.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "host-driver/interpose/session.h"

namespace interpose {
namespace {

constexpr size_t kMostConnections = 1024;
constexpr int kBacklog = 128;
constexpr int kLaterMs = 10;  // after an event of a placeholder
constexpr unsigned kRetryMicroseconds = 10'000;

base::Result<base::UniqueFd> bind_socket(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return base::out_of_range("socket path of " + std::to_string(path.size()) + " bytes: 1 to " +
                                  std::to_string(sizeof address.sun_path - 1) + " are allowed",
                              path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (connect_to(path))
    return base::Error{base::ErrorCode::kBusy, "a server listens there already", path};
  struct stat status = {};
  // What a killed server left; anything but a socket stays.
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
  base::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Before bind: nobody may connect while the mode is still that of the process's umask.
  if (!socket || fchmod(socket.get(), 0600) != 0 ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kBacklog) != 0)
    return base::io_error("cannot listen: " + std::string(std::strerror(errno)), path);
  return socket;
}

bool is_allowed(int socket, uint64_t* process) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  *process = static_cast<uint64_t>(peer.pid);
  return peer.uid == geteuid() || peer.uid == 0;
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::listen(const std::string& path, Services& services) {
  base::Result<base::UniqueFd> socket = bind_socket(path);
  if (!socket) return socket.error();
  std::unique_ptr<Server> server(new Server(services, std::move(*socket)));
  server->stop_ = base::UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!server->stop_) return base::io_error("no eventfd: " + std::string(std::strerror(errno)));
  server->thread_ = std::thread([raw = server.get()] { raw->accept_all(); });
  return server;
}

Server::~Server() {
  const uint64_t one = 1;
  if (thread_.joinable() && write(stop_.get(), &one, sizeof one) == sizeof one) thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_)
      if (!connection.is_over) shutdown(connection.fd, SHUT_RDWR);
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void Server::accept_all() {
  int timeout_ms = -1;
  for (;;) {
    pollfd entries[] = {{stop_.get(), POLLIN, 0},
                        {socket_.get(), POLLIN, 0},
                        {services_.placeholders.event_fd(), POLLIN, 0}};
    const int ready = poll(entries, 3, timeout_ms);
    if (ready < 0) continue;
    if (entries[0].revents != 0) return;
    const bool has_event = entries[2].revents != 0;
    if ((has_event || ready == 0) && services_.placeholders.collect()) services_.objects.settle();
    timeout_ms = has_event ? kLaterMs : -1;
    if (entries[1].revents != 0) accept_one();
  }
}

void Server::accept_one() {
  base::UniqueFd socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  uint64_t process = 0;
  if (!socket) usleep(kRetryMicroseconds);  // out of descriptors: some may be closed meanwhile
  if (!socket || !is_allowed(socket.get(), &process)) return;
  collect_closed();
  const std::lock_guard lock(mutex_);
  if (connections_.size() >= kMostConnections) return;
  Connection& connection = connections_.emplace_back();
  connection.fd = socket.get();
  connection.thread = std::thread([this, &connection, process, owned = socket.release()] {
    Channel channel{base::UniqueFd(owned)};
    Session(services_, process).run(channel);
    const std::lock_guard guard(mutex_);  // the descriptor's number is not used after this
    connection.is_over = true;
  });
}

void Server::collect_closed() {
  std::list<Connection> closed;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = connections_.begin(); at != connections_.end();) {
      const auto next = std::next(at);
      if (at->is_over) closed.splice(closed.end(), connections_, at);
      at = next;
    }
  }
  for (Connection& connection : closed) connection.thread.join();
}

}  // namespace interpose
