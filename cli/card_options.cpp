// Where the card's socket is.
// SPDX-License-Identifier: Apache-2.0
#include "cli/card_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "host-driver/interpose/run_directory.h"

namespace cli {

namespace {

CLI::Option* add_socket(CLI::App& command, std::string& socket) {
  return command.add_option("--socket", socket,
                            "socket of `millrace serve` (default: $MILLRACE_SOCKET, then " +
                                interpose::default_socket() + ")");
}

}  // namespace

std::shared_ptr<std::string> add_socket_option(CLI::App& command) {
  auto socket = std::make_shared<std::string>();
  add_socket(command, *socket);
  return socket;
}

std::shared_ptr<CardAddress> add_card_options(CLI::App& command) {
  auto address = std::make_shared<CardAddress>();
  CLI::Option* socket = add_socket(command, address->socket);
  command
      .add_option("--dev", address->dev,
                  "network interface of a real card, through the running kernel")
      ->excludes(socket);
  return address;
}

std::string socket_or_default(const std::string& option) {
  if (!option.empty()) return option;
  const char* inherited = std::getenv("MILLRACE_SOCKET");
  return inherited != nullptr ? inherited : interpose::default_socket();
}

}  // namespace cli
