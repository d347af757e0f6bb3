// Which card, and where its socket is.
// SPDX-License-Identifier: Apache-2.0
#include "cli/card_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "host-driver/interpose/run_directory.h"

namespace cli {
namespace {

constexpr const char* kAcceptingCard = "netdevsim";

}  // namespace

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

void add_card_choice(CLI::App& command, CardChoice& choice) {
  command
      .add_option("--nic", choice.nic,
                  "card: a name of `millrace nic list`, a TOML file, or netdevsim, which accepts "
                  "everything and runs nothing")
      ->capture_default_str();
  command.add_option("--ifname", choice.ifname, "name of the card's network device")
      ->capture_default_str();
  add_target_options(command, choice.target);
  command
      .add_option_function<std::string>(
          "--dev",
          [](const std::string& name) {
            throw CLI::ValidationError(
                "--dev", fmt::format("the kernel answers for {} itself: run commands without "
                                     "`exec` and `serve`; `run`, `map` and `prog` take --dev",
                                     name));
          },
          "refused: a real card needs nobody between it and its commands")
      ->group("");
}

base::Result<interpose::CardOptions> find_card(const CardChoice& choice) {
  interpose::CardOptions card;
  card.ifname = choice.ifname;
  interpose::TapNames taps;
  if (!choice.taps.empty()) {
    const size_t comma = choice.taps.find(',');
    taps = {choice.taps.substr(0, comma),
            comma == std::string::npos ? "" : choice.taps.substr(comma + 1)};
    if (taps.wire.empty() || taps.host.empty() || taps.host.find(',') != std::string::npos)
      return base::invalid_input(fmt::format("\"{}\" is not two names, WIRE,HOST", choice.taps),
                                 "--tap");
    if (choice.nic == kAcceptingCard)
      return base::invalid_input("netdevsim moves no packets; a card of `millrace nic list` does",
                                 "--tap");
  }
  if (choice.nic == kAcceptingCard) {
    card.make_card = interpose::make_netdevsim_card;
    return card;
  }
  base::Result<nic::Config> config = nic::load_config(choice.nic);
  if (!config) return config.error();
  base::Result<offload::Target> target = find_target(choice.target);
  if (!target) return target.error();
  card.make_card = interpose::nfp_card(
      {.config = std::move(*config), .target = *target, .follows_wall_clock = true}, taps);
  return card;
}

}  // namespace cli
