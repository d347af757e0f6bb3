// Options in common of the commands that start a card which lives on, or reach one or a real one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/target.h"
#include "host-driver/interpose/card_server.h"

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

// The card that a command starts.
struct CardChoice {
  std::string nic = "agilio-cx-2x40", ifname = "nic0";
  TargetOptions target;
  std::string taps;  // "WIRE,HOST"; empty: none
};

// --nic, --ifname, --target and --fix-defects; --dev, to say who takes it.
void add_card_choice(CLI::App& command, CardChoice& choice);

// Name and driver of its network device. Error: no such card or firmware.
base::Result<interpose::CardOptions> find_card(const CardChoice& choice);

}  // namespace cli
