// millrace filtertest: what a packet filter returns for the packets of a capture, or its classic code.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "nic-model/packet_io.h"
#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/classic/expression.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "offload-compiler/ebpf/interpreter.h"

namespace cli {
namespace {

using base::Result;

constexpr uint32_t kSnapshotBytes = 262144;  // what tcpdump takes of a packet: "accept" in its code
constexpr uint64_t kMaxExpressionFileBytes = 1 << 16;

struct Options {
  std::vector<std::string> words;
  std::string file, capture;
  int dumps = 0;
  bool unoptimized = false;
};

Result<std::string> expression_of(const Options& options) {
  if (!options.file.empty()) return read_file(options.file, kMaxExpressionFileBytes);
  std::string expression;
  for (const std::string& word : options.words)
    expression += (expression.empty() ? "" : " ") + word;
  return expression;
}

// A filter, converted and run packet by packet. Packets of which the capture has only the beginning keep their length.
class Filter {
 public:
  static Result<Filter> create(const classic::Program& code, const std::string& expression) {
    Filter filter(code, expression);
    auto whole = filter.interpreter({});
    if (!whole) return whole.error();
    filter.whole_.emplace(std::move(*whole));
    return filter;
  }

  Result<uint32_t> value(const nic::Frame& frame) {
    if (frame.wire_bytes == frame.bytes.size()) return run(*whole_, frame);
    auto cut = interpreter(frame.wire_bytes);
    if (!cut) return cut.error();
    return run(*cut, frame);
  }

 private:
  Filter(const classic::Program& code, const std::string& expression)
      : code_(code), expression_(expression) {}

  Result<ebpf::Interpreter> interpreter(std::optional<uint32_t> length) const {
    const auto program = classic::convert(
        code_, {.source = expression_, .answer = classic::Answer::kValue, .length = length});
    if (!program) return program.error();
    return ebpf::Interpreter::create(*program, {});
  }

  static Result<uint32_t> run(ebpf::Interpreter& interpreter, const nic::Frame& frame) {
    const auto outcome = interpreter.run(frame.bytes);
    if (!outcome) return outcome.error();
    return outcome->verdict;
  }

  classic::Program code_;
  std::string expression_;
  std::optional<ebpf::Interpreter> whole_;
};

Result<void> print_values(const classic::Program& code, const std::string& expression,
                          const std::string& capture) {
  Result<Filter> filter = Filter::create(code, expression);
  if (!filter) return filter.error();
  Result<nic::PacketSource> packets = nic::open_capture(capture, "", false, {});
  if (!packets) return packets.error();
  nic::Frame frame;
  for (;;) {
    const Result<bool> read = packets->next(frame);
    if (!read) return read.error();
    if (!*read) break;
    const Result<uint32_t> value = filter->value(frame);
    if (!value) return value.error();
    std::fputs(fmt::format("{}\n", *value).c_str(), stdout);
  }
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  return base::io_error(std::strerror(errno), "standard output");
}

int filtertest(const Options& options) {
  const Result<std::string> expression = expression_of(options);
  if (!expression) return fail(expression.error());
  const auto code = classic::compile_expression(
      *expression, {.snapshot_bytes = kSnapshotBytes, .optimize = !options.unoptimized});
  if (!code) return fail(code.error());
  Result<void> done;
  if (options.capture.empty() || options.dumps > 0) {
    constexpr classic::Form kForms[] = {classic::Form::kListing, classic::Form::kArray,
                                        classic::Form::kDecimal};
    const classic::Form form = kForms[std::clamp(options.dumps, 1, 3) - 1];
    done = write_file("-", classic::write_text(*code, form));
  } else {
    done = print_values(*code, *expression, options.capture);
  }
  return done ? kDone : fail(done.error());
}

}  // namespace

void add_filtertest(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "filtertest", "print what a packet filter returns for each packet of a capture");
  CLI::Option* words =
      command->add_option("EXPRESSION", options->words,
                          "the filter as tcpdump takes it, in one argument or several; without "
                          "one, every packet is accepted");
  command->add_option("-F", options->file, "read the filter from FILE")
      ->type_name("FILE")
      ->excludes(words);
  command
      ->add_option("-r", options->capture,
                   "run the filter on the packets of a pcap file; without it, the filter's code is "
                   "printed")
      ->type_name("CAPTURE");
  command->add_flag("-O", options->unoptimized, "do not optimize the filter's code");
  command->add_flag("-d", options->dumps,
                    "print the filter's code and stop: -d as a listing, -dd as C, -ddd as numbers, "
                    "as tcpdump does");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return filtertest(*options); }; });
}

}  // namespace cli
