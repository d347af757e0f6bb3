// millrace serve: a card that lives on, until SIGINT or SIGTERM.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/card_server.h"

namespace cli {
namespace {

int serve(interpose::CardOptions options) {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGIO}) sigaddset(&ends, number);
  sigprocmask(SIG_BLOCK, &ends, nullptr);  // in the server's threads as well
  sigdelset(&ends, SIGIO);                 // lease breaks concern nobody
  if (options.socket.empty()) options.socket = interpose::default_socket();
  base::Result<std::unique_ptr<interpose::CardServer>> server =
      interpose::CardServer::start(options);
  if (!server) return fail(server.error());
  fmt::print("{} serves on {}, pins in {}\n", options.nic, (*server)->socket(), (*server)->pins());
  std::fflush(stdout);
  int number = 0;
  sigwait(&ends, &number);
  return kDone;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto options = std::make_shared<interpose::CardOptions>();
  options->first_id = interpose::kFirstHybridId;
  CLI::App* command =
      app.add_subcommand("serve", "keep a card that other programs use through `millrace exec`");
  command->add_option("--nic", options->nic, "name of its network device")->capture_default_str();
  command->add_option("--socket", options->socket,
                      "listen here (default: " + interpose::default_socket() + ")");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace cli
