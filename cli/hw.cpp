// millrace hw: whether an interface of this machine offloads, and what its kernel's JIT would make of a program.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/hw/diagnose.h"

namespace cli {
namespace {

struct HwOptions {
  std::string interface, json, target = "nfp";
  ProgramSource source;
};

const char* answer_name(host::HardwareAnswer answer) {
  switch (answer) {
    case host::HardwareAnswer::kReady:
      return "ready";
    case host::HardwareAnswer::kNoInterface:
      return "no_interface";
    case host::HardwareAnswer::kNoRights:
      return "no_rights";
    case host::HardwareAnswer::kNoDriverSupport:
      return "no_driver_support";
    case host::HardwareAnswer::kNotRegistered:
      return "not_registered";
    case host::HardwareAnswer::kUnexpected:
      return "unexpected";
  }
  return "unexpected";
}

// The kernel's JIT compiles on a card; our code generator `kernel` says beforehand what it will emit.
base::Result<std::string> predict(const HwOptions& options) {
  base::Result<offload::Target> target = offload::parse_target(options.target);
  if (!target) return target.error();
  base::Result<Input> input = load_input(options.source, *target);
  if (!input) return input.error();
  std::string text = fmt::format("{}: {} of {} words, {} of {} B stack", input->image.program,
                                 input->image.words.size(), target->capability.max_words,
                                 input->image.stack_bytes, target->capability.stack_bytes);
  for (const std::string& warning : input->image.warnings) text += "\nwarning: " + warning;
  return text;
}

int diagnose(const HwOptions& options) {
  const host::Hardware found = host::diagnose(options.interface, host::probe_of_this_machine());
  std::string prediction;
  if (!options.source.path.empty() || options.source.is_classic()) {
    base::Result<std::string> text = predict(options);
    if (!text) return fail(text.error());
    prediction = *text;
  }
  const bool is_ready = found.answer == host::HardwareAnswer::kReady;
  if (!options.json.empty()) {
    nlohmann::ordered_json root = {{"schema", "millrace.hw/1"},
                                   {"interface", options.interface},
                                   {"ifindex", found.ifindex},
                                   {"driver", found.driver},
                                   {"answer", answer_name(found.answer)},
                                   {"reason", found.sentence}};
    if (!prediction.empty()) root["kernel_jit"] = prediction;
    const base::Result<void> written = write_file(options.json, root.dump(2) + "\n");
    if (!written) return fail(written.error());
  } else {
    fmt::print("{}: {}\n", options.interface, found.sentence);
    if (!prediction.empty()) fmt::print("{}\n", prediction);
  }
  if (found.answer == host::HardwareAnswer::kNoInterface) return kBadInput;
  return is_ready ? kDone : kAnswerIsNo;
}

}  // namespace

void add_hw(CLI::App& app, Action& action) {
  auto options = std::make_shared<HwOptions>();
  CLI::App* command = app.add_subcommand(
      "hw", "say whether a network interface of this machine can offload, and what is missing");
  command->add_option("IFNAME", options->interface, "network interface")->required();
  add_program_options(*command, options->source, "PROG.o",
                      "say too what the kernel's JIT would make of this eBPF object");
  command->add_option("--json", options->json, "write JSON here; - is standard output");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return diagnose(*options); }; });
}

}  // namespace cli
