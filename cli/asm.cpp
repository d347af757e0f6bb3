// millrace asm: text to words.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "fpc/assembler.h"
#include "fpc/ecc.h"

namespace cli {
namespace {

using base::Result;

int assemble(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<fpc::Assembly> assembly = fpc::assemble(*text, path);
  if (!assembly) return fail(assembly.error());
  std::string out;
  for (const fpc::Word word : assembly->words) out += fmt::format("{:016x}\n", fpc::with_ecc(word));
  Result<void> written = write_file("-", out);
  return written ? kDone : fail(written.error());
}

}  // namespace

void add_asm(CLI::App& app, Action& action) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "asm", "assemble microcode; prints one 16-digit hex word a line, ECC included");
  command->add_option("FILE", *path, "text as millrace dis prints it, and labels")->required();
  add_manual(*command);
  command->callback([path, &action] { action = [path] { return assemble(*path); }; });
}

}  // namespace cli
