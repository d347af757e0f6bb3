// millrace serve: a card that lives on, until SIGINT or SIGTERM.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "cli/card_options.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/card_server.h"

namespace cli {
namespace {

struct ServeOptions {
  CardChoice card;
  std::string socket;
};

int serve(const ServeOptions& wanted) {
  base::Result<interpose::CardOptions> options = find_card(wanted.card);
  if (!options) return fail(options.error());
  options->first_id = interpose::kFirstHybridId;
  options->socket = wanted.socket.empty() ? interpose::default_socket() : wanted.socket;
  sigset_t ends;
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGIO}) sigaddset(&ends, number);
  sigprocmask(SIG_BLOCK, &ends, nullptr);  // in the server's threads as well
  sigdelset(&ends, SIGIO);                 // lease breaks concern nobody
  base::Result<std::unique_ptr<interpose::CardServer>> server =
      interpose::CardServer::start(*options);
  if (!server) return fail(server.error());
  fmt::print("{} serves on {}, pins in {}\n", options->ifname, (*server)->socket(),
             (*server)->pins());
  std::fflush(stdout);
  int number = 0;
  sigwait(&ends, &number);
  return kDone;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command =
      app.add_subcommand("serve", "keep a card that other programs use through `millrace exec`");
  add_card_choice(*command, options->card);
  command->add_option("--tap", options->card.taps,
                      "WIRE,HOST: two tap interfaces to make; packets sent into WIRE reach the "
                      "card, those that pass come out of HOST, and back without a program");
  command->add_option("--socket", options->socket,
                      "listen here (default: " + interpose::default_socket() + ")");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace cli
