// Files on the command line: bounded reads, writes that leave either the whole file or nothing,
// what kind an input is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/program_source.h"
#include "fpc/firmware/image.h"
#include "offload-compiler/compiler.h"

namespace cli {

// At most `limit` bytes. Error: kIo with the system's reason, kOutOfRange with the size found.
base::Result<std::string> read_file(const std::string& path, uint64_t limit = uint64_t{64} << 20);

// Writes beside the target and renames; "-" is standard output.
base::Result<void> write_file(const std::string& path, const std::string& text);

enum class InputKind { kObject, kImage, kWords };
InputKind kind_of(const std::string& contents);

// A program in any of its three forms. Words that are placed already have no relocations left:
// `placed` is then true, and only their words are known.
struct Input {
  InputKind kind = InputKind::kObject;
  firmware::Image image;
  bool placed = false;
};

// Reads an image or words as they are; compiles anything else for `target`.
base::Result<Input> load_input(const ProgramSource& source, const offload::Target& target);
// Takes eBPF and classic BPF alone. Errors name the program.
base::Result<offload::Compilation> compile_source(const ProgramSource& source,
                                                  const offload::Target& target);

// What `bpftool prog dump jited file PATH` wrote on a machine with a card: little-endian words of 64
// bits. Text of words is taken, too.
base::Result<Input> load_dump(const std::string& path);

}  // namespace cli
