// The long part of every command's --help: description, exit codes, examples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace cli {

// Puts the page of manual.cpp that has the command's name below its options.
void add_manual(CLI::App& command);

}  // namespace cli
