// Where the card's socket is.
// SPDX-License-Identifier: Apache-2.0
#include "cli/card_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "host-driver/interpose/run_directory.h"

namespace cli {

std::shared_ptr<std::string> add_socket_option(CLI::App& command) {
  auto socket = std::make_shared<std::string>();
  command.add_option("--socket", *socket,
                     "socket of `millrace serve` (default: $MILLRACE_SOCKET, then " +
                         interpose::default_socket() + ")");
  return socket;
}

std::string socket_or_default(const std::string& option) {
  if (!option.empty()) return option;
  const char* inherited = std::getenv("MILLRACE_SOCKET");
  return inherited != nullptr ? inherited : interpose::default_socket();
}

}  // namespace cli
