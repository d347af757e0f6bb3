// millrace dis: words of an image or a word file as text.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/message.h"
#include "fpc/assembler.h"

namespace cli {
namespace {

using base::Result;

Result<std::vector<fpc::Word>> words_of(const std::string& path) {
  Result<std::string> contents = read_file(path);
  if (!contents) return contents.error();
  switch (kind_of(*contents)) {
    case InputKind::kObject:
      return base::invalid_input(
          "is an eBPF object; dis takes an image or a word file (millrace compile makes one)",
          path);
    case InputKind::kWords:
      return firmware::words_from_text(*contents, path);
    case InputKind::kImage:
      break;
  }
  Result<firmware::Image> image = firmware::image_from_json(*contents, path);
  if (!image) return image.error();
  return std::move(image->words);
}

int dis(const std::string& path) {
  Result<std::vector<fpc::Word>> words = words_of(path);
  if (!words) return fail(words.error());
  std::string out;
  for (size_t address = 0; address < words->size(); ++address) {
    out += fmt::format("{:<72} ; .{:<5} {:016x}\n", fpc::disassemble((*words)[address]), address,
                       (*words)[address]);
  }
  Result<void> written = write_file("-", out);
  return written ? kDone : fail(written.error());
}

}  // namespace

void add_dis(CLI::App& app, Action& action) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "dis", "disassemble an image or a word file (a card's bpftool prog dump jited)");
  command
      ->add_option("IMAGE|WORDS", *path,
                   "image of millrace compile, or one 16-digit hex word a line")
      ->required();
  command->footer(
      "Prints one instruction a line in the syntax of objdump's NFP disassembler; behind the ';' "
      "its address and word.\n"
      "Branches of an image before relocation go to .15000 plus the helper's number.");
  command->callback([path, &action] { action = [path] { return dis(*path); }; });
}

}  // namespace cli
