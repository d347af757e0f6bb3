// Options in common of the commands that reach a card which lives on: its socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace cli {

// --socket PATH; otherwise $MILLRACE_SOCKET, as `millrace exec` sets it, otherwise that of `millrace serve`.
std::shared_ptr<std::string> add_socket_option(CLI::App& command);
std::string socket_or_default(const std::string& option);

}  // namespace cli
