// millrace knob: reads and turns the switches of a card's driver.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/card_options.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/interpose/client.h"

namespace cli {
namespace {

int knob(const std::string& socket, const std::vector<std::string>& requests) {
  base::Result<interpose::Client> client = interpose::Client::connect(socket_or_default(socket), 0);
  if (!client) return fail(client.error());
  const interpose::Target self(static_cast<int>(getpid()), [] { return true; });
  for (const std::string& text : requests) {
    interpose::Message request;
    request.verb = interpose::Verb::kKnob;
    request.data.assign(text.begin(), text.end());
    const std::optional<interpose::Message> reply = client->call(std::move(request), self);
    if (!reply) return fail(base::io_error("the server hung up on us"));
    const std::string answer(reply->data.begin(), reply->data.end());
    if (reply->word[0] < 0) return fail(base::invalid_input(answer));
    fmt::print("{}", answer);
  }
  return kDone;
}

}  // namespace

void add_knob(CLI::App& app, Action& action) {
  auto requests = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("knob", "read and turn the switches of a card's driver");
  const auto socket = add_socket_option(*command);
  command->add_option("NAME[=VALUE]", *requests, "what to read or to set; nothing lists all");
  add_manual(*command);
  command->callback([=, &action] {
    if (requests->empty()) requests->emplace_back();
    action = [=] { return knob(*socket, *requests); };
  });
}

}  // namespace cli
