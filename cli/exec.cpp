// millrace exec: runs any program against a card of its own, or against that of `millrace serve`.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/card_options.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/card_server.h"
#include "host-driver/interpose/filter.h"
#include "host-driver/interpose/supervisor.h"

namespace cli {
namespace {

constexpr const char* kLibrary = "libmillrace-preload.so";

struct ExecOptions {
  CardChoice card;
  std::string socket;
  bool hybrid = false, isolated = false, promote = false, strict = false, only_bpf = false;
  bool preload = false;
  std::vector<std::string> command;

  uint32_t mode() const {
    return (hybrid ? interpose::kModeHybrid : 0U) | (promote ? interpose::kModePromote : 0U) |
           (strict ? interpose::kModeStrict : 0U);
  }
};

// Beside the executable, or where an installation has libraries.
std::string preload_library() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* folder : {".", "../lib"}) {
    const std::filesystem::path path = self.parent_path() / folder / kLibrary;
    if (std::filesystem::exists(path, error)) return path.lexically_normal();
  }
  return {};
}

base::Result<void> set_preload() {
  const std::string library = preload_library();
  if (library.empty())
    return base::io_error(std::string(kLibrary) + " is not beside the executable");
  const char* others = std::getenv("LD_PRELOAD");
  setenv("LD_PRELOAD", (others == nullptr ? library : library + ":" + others).c_str(), 1);
  return {};
}

// The outer `millrace exec` catches the calls already, in its own way.
int run_inside(const ExecOptions& options) {
  const char* outer = std::getenv("MILLRACE_MODE");
  if (options.mode() != 0 && (outer == nullptr || std::to_string(options.mode()) != outer))
    return fail(base::invalid_input(
        "the `millrace exec` around this one has other modes, which hold for its whole command"));
  const std::vector<std::string>& command = options.command;
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  const int reason = errno;
  fmt::print(stderr, "millrace exec: cannot run {}: {}\n", command[0], std::strerror(reason));
  return reason == ENOENT ? 127 : 126;
}

void export_settings(const std::string& socket, const std::string& pins,
                     const ExecOptions& options) {
  setenv("MILLRACE_SOCKET", socket.c_str(), 1);
  setenv("MILLRACE_MODE", std::to_string(options.mode()).c_str(), 1);
  if (options.hybrid) {
    unsetenv("MILLRACE_BPFFS");
  } else {
    setenv("MILLRACE_BPFFS", pins.c_str(), 1);
  }
}

using Connect = std::function<base::Result<interpose::Client>()>;

// With `socket` and `pins` of a server that listens.
int run(const ExecOptions& options, const std::string& socket, const std::string& pins,
        const Connect& connect, const sigset_t& mask) {
  export_settings(socket, pins, options);
  const interpose::Command command{options.command,  options.only_bpf,           !options.hybrid,
                                   !options.preload, options.hybrid ? "" : pins, mask};
  if (options.preload)
    if (base::Result<void> set = set_preload(); !set) return fail(set.error());
  base::Result<interpose::Launched> launched = interpose::launch(command);
  if (!launched) return fail(launched.error());
  base::Result<int> code = interpose::supervise(std::move(*launched), connect);
  return code ? *code : fail(code.error());
}

int exec(const ExecOptions& options) {
  const char* outer = std::getenv("MILLRACE_SOCKET");
  if (outer != nullptr && !options.preload && (options.socket.empty() || options.socket == outer) &&
      interpose::has_listener())
    return run_inside(options);
  const sigset_t mask = interpose::block_supervisor_signals();
  if (!options.socket.empty()) {
    base::Result<interpose::Client> client =
        interpose::Client::connect(options.socket, options.mode());
    if (!client) return fail(client.error());
    const Connect connect = [&] {
      return interpose::Client::connect(options.socket, options.mode());
    };
    return run(options, options.socket, client->pins(), connect, mask);
  }
  base::Result<interpose::CardOptions> card = find_card(options.card);
  if (!card) return fail(card.error());
  if (options.hybrid) card->first_id = interpose::kFirstHybridId;
  base::Result<std::unique_ptr<interpose::CardServer>> server = interpose::CardServer::start(*card);
  if (!server) return fail(server.error());
  const Connect connect = [&] { return (*server)->connect(options.mode()); };
  return run(options, (*server)->socket(), (*server)->pins(), connect, mask);
}

}  // namespace

void add_exec(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command = app.add_subcommand(
      "exec", "run any program against a card: bpftool, ip, tc, your own loader");
  add_card_choice(*command, options->card);
  command->add_option("--socket", options->socket,
                      "use the card of this `millrace serve` (default: one of its own)");
  CLI::Option* isolated =
      command->add_flag("--isolated", options->isolated,
                        "simulate everything, leave the host's network and bpf(2) alone (default)");
  command
      ->add_flag("--hybrid", options->hybrid, "what is not of the card goes to the host's kernel")
      ->excludes(isolated);
  command->add_flag("--promote", options->promote,
                    "programs and maps without a device go to the card, XDP attaches to it");
  command->add_flag("--strict", options->strict, "answer as Linux with a real card does");
  command->add_flag("--only-bpf", options->only_bpf, "catch bpf(2) alone, no netlink");
  command->add_flag("--preload", options->preload,
                    "catch calls with a preloaded library instead of seccomp");
  command->add_option("COMMAND", options->command, "program and arguments, after --")->required();
  command->positionals_at_end();
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return exec(*options); }; });
}

}  // namespace cli
