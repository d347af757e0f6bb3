// Loads eBPF ELF objects through libbpf, in a forked child with resource limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

// A program of the object that is of no known type.
struct SkippedProgram {
  std::string name, section;
  std::string reason;  // names the section and what is allowed
};

struct Object {
  std::string path;
  std::vector<Program> programs;   // each with all maps of the object
  std::vector<KernelTypes> types;  // one for each of `programs`
  std::vector<SkippedProgram> skipped;
};

// Programs are linked as for the running kernel, which takes no part: CO-RE relocations resolve
// against the object's own types. Errors name the file, what was found and what is allowed:
// unreadable, truncated, "malformed object", no programs, sections of no known program type. A map
// type that no target offers is no error here.
base::Result<Object> load_object(const std::string& path);

// The program called `name`, or the only one when `name` is empty. Error: lists the names that
// exist; the reason when `name` was skipped.
base::Result<Program> select_program(const Object& object, const std::string& name);

// The types that the object has for a program of it.
KernelTypes types_of(const Object& object, const Program& program);

// The text form of tests/data/kernel-jit/*.bpf: 8 bytes hex a line in memory order, `# type xdp`,
// `# map NAME TYPE KEY VALUE MAX FLAGS` (TYPE is the number; ld_imm64 with src 1: imm is the index
// of the map line).
base::Result<Program> program_from_text(const std::string& text, const std::string& where);

}  // namespace ebpf
