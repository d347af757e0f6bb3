// Listens for front ends, checks who they are, and gives each connection a thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <thread>

#include "host-driver/interpose/services.h"

namespace interpose {

class Server {
 public:
  // The socket is ours alone (0600), and peers must have our user id or be root. Error: kBusy when a server listens there
  // already, kIo. `services` outlives the server.
  static base::Result<std::unique_ptr<Server>> listen(const std::string& path, Services& services);
  // Hangs up on every front end.
  ~Server();

 private:
  struct Connection {
    int fd = -1;
    std::atomic<bool> is_over = false;
    std::thread thread;
  };
  Server(Services& services, base::UniqueFd socket)
      : services_(services), socket_(std::move(socket)) {}
  void accept_all();
  void accept_one();
  void collect_closed();

  Services& services_;
  base::UniqueFd socket_, stop_;
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::thread thread_;
};

}  // namespace interpose
