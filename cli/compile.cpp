// millrace compile: an eBPF object to an image file.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json_text.h"
#include "cli/message.h"
#include "cli/target.h"
#include "cli/verify_kernel.h"

namespace cli {
namespace {

using base::Result;
using nlohmann::ordered_json;

struct Options {
  ProgramSource source;
  TargetOptions target;
  std::string output, json, verify;
};

const char* relocation_name(unsigned type) {
  static constexpr const char* kNames[] = {"none",        "branch",    "go_out",
                                           "go_abort",    "call_push", "call_pop",
                                           "next_packet", "helper",    "immediate"};
  return type < std::size(kNames) ? kNames[type] : "unknown";
}

ordered_json summary(const firmware::Image& image, const offload::Target& target) {
  std::map<std::string, unsigned> relocations;
  for (const fpc::Word word : image.words) {
    if (const auto type = static_cast<unsigned>(word >> firmware::kRelocationShift))
      ++relocations[relocation_name(type)];
  }
  ordered_json maps = ordered_json::array();
  for (const firmware::ImageMap& map : image.maps) {
    maps.push_back({{"name", map.name},
                    {"type", map.type},
                    {"key_bytes", map.key_bytes},
                    {"value_bytes", map.value_bytes},
                    {"max_entries", map.max_entries}});
  }
  return {{"schema", "millrace.compile/1"},
          {"program", image.program},
          {"program_type", image.program_type},
          {"target", "nfp/" + image.profile},
          {"codegen", image.codegen},
          {"words", image.words.size()},
          {"words_limit", target.capability.max_words},
          {"stack", image.stack_bytes},
          {"stack_limit", target.capability.stack_bytes},
          {"max_packet_offset", image.max_packet_offset},
          {"maps", maps},
          {"relocations", relocations},
          {"warnings", image.warnings}};
}

int compile(const Options& options) {
  Result<offload::Target> target = find_target(options.target);
  if (!target) return fail(target.error());
  if (const int differs = verify_if_asked(options.verify, options.source)) return differs;
  Result<Input> input = load_input(options.source, *target);
  if (!input) return fail(input.error());
  if (input->kind != InputKind::kObject)
    return fail(base::invalid_input("is compiled already; compile takes an eBPF object",
                                    options.source.path));
  if (Result<void> written = write_file(options.output, firmware::to_json(input->image)); !written)
    return fail(written.error());

  const firmware::Image& image = input->image;
  for (const std::string& warning : image.warnings)
    fmt::print(stderr, "millrace: warning: {}\n", warning);
  if (!options.json.empty()) {
    Result<void> written = write_file(options.json, json_text(summary(image, *target)));
    return written ? kDone : fail(written.error());
  }
  if (options.output != "-") {
    fmt::print("{}: {} of {} words, {} of {} B stack, {} map{}\n", image.program,
               image.words.size(), target->capability.max_words, image.stack_bytes,
               target->capability.stack_bytes, image.maps.size(),
               image.maps.size() == 1 ? "" : "s");
  }
  return kDone;
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("compile", "compile an eBPF program to an image of microcode");
  add_program_options(*command, options->source, "PROG.o",
                      "eBPF object (ELF, as clang -target bpf writes it)");
  command
      ->add_option("-o,--output", options->output,
                   "image file to write (JSON); - is standard output")
      ->required();
  add_target_options(*command, options->target);
  command->add_option(
      "--json", options->json,
      "write words, words_limit, stack, maps and relocations here; - is standard output");
  add_verify_option(*command, options->verify);
  command->callback([options, &action] { action = [options] { return compile(*options); }; });
}

}  // namespace cli
