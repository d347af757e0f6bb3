// millrace dis: words of an image or a word file as text.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "fpc/assembler.h"

namespace cli {
namespace {

using base::Result;

// Words are all that a word file has.
Result<firmware::Image> image_of(const std::string& path) {
  Result<std::string> contents = read_file(path);
  if (!contents) return contents.error();
  switch (kind_of(*contents)) {
    case InputKind::kObject:
      return base::invalid_input(
          "is an eBPF object; dis takes an image or a word file (millrace compile makes one)",
          path);
    case InputKind::kWords:
      break;
    case InputKind::kImage:
      return firmware::image_from_json(*contents, path);
  }
  Result<std::vector<fpc::Word>> words = firmware::words_from_text(*contents, path);
  if (!words) return words.error();
  firmware::Image image;
  image.words = std::move(*words);
  return image;
}

// The source line that begins at a word; of several the last one, the others have no words.
std::map<uint32_t, std::string> lines_of(const firmware::Image& image) {
  std::map<uint32_t, std::string> lines;
  for (const firmware::SourceLine& line : image.lines)
    lines[line.word] = fmt::format("  {}:{} insn {}", line.file, line.line, line.insn);
  return lines;
}

int dis(const std::string& path) {
  Result<firmware::Image> image = image_of(path);
  if (!image) return fail(image.error());
  std::map<uint32_t, std::string> lines = lines_of(*image);
  std::string out;
  for (uint32_t address = 0; address < image->words.size(); ++address) {
    const fpc::Word word = image->words[address];
    out += fmt::format("{:<72} ; .{:<5} {:016x}{}\n", fpc::disassemble(word), address, word,
                       lines[address]);
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
  add_manual(*command);
  command->callback([path, &action] { action = [path] { return dis(*path); }; });
}

}  // namespace cli
