// Messages over a SOCK_SEQPACKET socket: long data travels in a memory file, descriptors as SCM_RIGHTS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "host-driver/interpose/message.h"

namespace interpose {

class Channel {
 public:
  Channel() = default;
  explicit Channel(base::UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  // The process at the other end, as we see processes; 0: it is not to be seen.
  pid_t peer() const;
  explicit operator bool() const { return static_cast<bool>(socket_); }

  // False: the other side is gone, or does not read within `timeout_ms` (-1: for ever).
  bool send(const Message& message, int timeout_ms = -1);
  // Nothing: the other side is gone, says nothing within `timeout_ms` (-1: for ever), or breaks the protocol. The channel is
  // then of no more use.
  std::optional<Message> receive(int timeout_ms = -1);

 private:
  base::UniqueFd socket_;
};

// How long a server may take to let us in, and to greet us.
inline constexpr int kConnectSeconds = 10;

// Error kIo: the path and the system's reason.
base::Result<Channel> connect_to(const std::string& path);

}  // namespace interpose
