// Options in common of the commands that reach a card: the socket of one that lives on, or a real one's interface.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace cli {

struct CardAddress {
  std::string socket, dev;  // `dev`: the interface of a real card, instead of a socket
};

// --socket PATH; otherwise $MILLRACE_SOCKET, as `millrace exec` sets it, otherwise that of `millrace serve`.
std::shared_ptr<std::string> add_socket_option(CLI::App& command);
// --socket, and --dev IFNAME.
std::shared_ptr<CardAddress> add_card_options(CLI::App& command);
std::string socket_or_default(const std::string& option);

}  // namespace cli
