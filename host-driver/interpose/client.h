// A front end's side of the conversation: sends a request, serves what the server asks about the caller, returns the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host-driver/interpose/channel.h"
#include "host-driver/interpose/target.h"

namespace interpose {

// What kTalk needs; empty where the call has no socket.
using Talk = std::function<std::vector<uint8_t>(std::span<const uint8_t>)>;

// The server's door: a request to its answer, with questions back that `serve` answers. Nothing: the server is gone.
using Serve = std::function<Message(const Message& question)>;
using Exchange = std::function<std::optional<Message>(Message request, const Serve& serve)>;

class Client {
 public:
  // Connects and says hello, within twice kConnectSeconds. Error: no server, one that says nothing, or one of another protocol.
  static base::Result<Client> connect(const std::string& path, uint32_t mode);
  static base::Result<Client> over(Channel channel, uint32_t mode);
  static base::Result<Client> over(Exchange exchange, uint32_t mode);

  // Of a server that is gone.
  static Client of_nobody() {
    return Client([](const Message&, const Serve&) { return std::nullopt; });
  }

  // Fills in the caller's network namespace. Nothing: the server is gone.
  std::optional<Message> call(Message request, const Target& target, const Talk& talk = {});

  // The server's folder for pins.
  const std::string& pins() const { return pins_; }

 private:
  explicit Client(Exchange exchange) : exchange_(std::move(exchange)) {}
  Exchange exchange_;
  std::string pins_;
};

}  // namespace interpose
