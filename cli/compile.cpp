// millrace compile: an eBPF object to an image file.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/annotate_report.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json_text.h"
#include "cli/manual.h"
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
  std::string output, json, verify, annotate, nic = "nfp-120";
};

const char* relocation_name(unsigned type) {
  static constexpr const char* kNames[] = {
      "none",        "branch", "go_out",    "go_abort",       "call_push",      "call_pop",
      "next_packet", "helper", "immediate", "table_page_low", "table_page_high"};
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

Result<void> write_annotation(const Options& options, const offload::Compilation& compiled) {
  Result<nic::Config> nic = nic::load_config(options.nic);
  if (!nic) return nic.error();
  const AnnotateRun run{describe(options.source), *nic, compiled, offload::annotate(compiled)};
  if (!options.json.empty()) {
    if (Result<void> written = write_file(options.json, annotate_json(run)); !written)
      return written;
  }
  if (options.annotate == "-" && options.json == "-") return {};
  return write_file(options.annotate, annotate_text(run));
}

Result<void> write_summary(const Options& options, const firmware::Image& image,
                           const offload::Target& target) {
  if (!options.json.empty()) return write_file(options.json, json_text(summary(image, target)));
  if (options.output == "-") return {};
  return write_file("-", fmt::format("{}: {} of {} words, {} of {} B stack, {} map{}\n",
                                     image.program, image.words.size(), target.capability.max_words,
                                     image.stack_bytes, target.capability.stack_bytes,
                                     image.maps.size(), image.maps.size() == 1 ? "" : "s"));
}

// What cannot be meant, said before anything is written.
Result<void> check_outputs(const Options& options) {
  if (options.output.empty() && options.annotate.empty())
    return base::invalid_input("nothing to write: -o IMAGE or --annotate is needed");
  if (options.output == "-" && (options.annotate == "-" || options.json == "-"))
    return base::invalid_input("-o - leaves no room for another - on standard output");
  const bool has_source = !options.source.path.empty() || options.source.is_classic();
  if (!has_source && !options.annotate.empty() && options.annotate != "-")
    return base::invalid_input(fmt::format(
        "no program given: --annotate takes {} as the file to write", options.annotate));
  return {};
}

int compile(const Options& options) {
  Result<void> meant = check_outputs(options);
  if (!meant) return fail(meant.error());
  Result<offload::Target> target = find_target(options.target);
  if (!target) return fail(target.error());
  if (const int differs = verify_if_asked(options.verify, options.source)) return differs;
  Result<offload::Compilation> compiled = compile_source(options.source, *target);
  if (!compiled) return fail(compiled.error());
  const firmware::Image& image = compiled->image;
  if (!options.output.empty()) {
    Result<void> written = write_file(options.output, firmware::to_json(image));
    if (!written) return fail(written.error());
  }
  for (const std::string& warning : image.warnings)
    fmt::print(stderr, "millrace: warning: {}\n", warning);
  Result<void> reported = options.annotate.empty() ? write_summary(options, image, *target)
                                                   : write_annotation(options, *compiled);
  return reported ? kDone : fail(reported.error());
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("compile", "compile an eBPF program to an image of microcode");
  add_program_options(*command, options->source, "PROG.o",
                      "eBPF object (ELF, as clang -target bpf writes it)");
  command->add_option("-o,--output", options->output,
                      "image file to write (JSON); - is standard output");
  CLI::Option* annotate =
      command
          ->add_option(
              "--annotate", options->annotate,
              "write source, eBPF and microcode side by side, with cycles; without FILE, or "
              "with -, to standard output")
          ->type_name("FILE")
          ->expected(0, 1)
          ->default_str("-");
  command
      ->add_option(
          "--nic", options->nic,
          "card whose memory latencies the listing shows: a name of `millrace nic list` or "
          "a TOML file")
      ->needs(annotate)
      ->capture_default_str();
  add_target_options(*command, options->target);
  add_strict_option(*command, options->target);
  command->add_option("--json", options->json,
                      "write words, words_limit, stack, maps and relocations here, with --annotate "
                      "the listing; - is standard output, instead of the text");
  add_verify_option(*command, options->verify);
  add_manual(*command);
  command->callback([options, annotate, &action] {
    if (annotate->count() != 0 && options->annotate.empty()) options->annotate = "-";
    action = [options] { return compile(*options); };
  });
}

}  // namespace cli
