// What names a program on the command line: a file, a packet filter or the text of a classic program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace CLI {
class App;
}

namespace cli {

struct ProgramSource {
  std::string path, program;  // `program`: which of an object that has several, by function name
  std::string filter, cbpf;   // an expression; a file of tcpdump -d, -dd or -ddd

  bool is_classic() const { return !filter.empty() || !cbpf.empty(); }
};

// The argument called `argument` (PATH, with its help), --prog, --filter and --cbpf.
void add_program_options(CLI::App& command, ProgramSource& source, const std::string& argument,
                         const std::string& help);

// The eBPF program: of an object, or converted from classic BPF. Error kInvalidInput when the source names nothing, or a
// file that holds no eBPF.
base::Result<ebpf::Program> load_program(const ProgramSource& source);

struct TypedProgram {
  ebpf::Program program;
  ebpf::KernelTypes types;  // empty for classic BPF
};

// The same with what the object says of its types, for a kernel.
base::Result<TypedProgram> load_typed_program(const ProgramSource& source);

// All programs of an object when `source` names none of them.
base::Result<std::vector<ebpf::Program>> load_programs(const ProgramSource& source);

// The path, the file of classic BPF or the filter.
const std::string& describe(const ProgramSource& source);

// What messages call it: "prog.o: program xdp_main", or the filter.
std::string name_of(const ProgramSource& source, const ebpf::Program& program);

}  // namespace cli
