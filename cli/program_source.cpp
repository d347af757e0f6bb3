// Reads programs from objects, and converts those that are classic BPF.
// SPDX-License-Identifier: Apache-2.0
#include "cli/program_source.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/files.h"
#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/classic/expression.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "offload-compiler/ebpf/object.h"

namespace cli {

using base::Result;

namespace {

constexpr uint64_t kMaxClassicBytes = 1 << 20;

Result<ebpf::Program> convert_expression(const std::string& expression) {
  const Result<classic::Program> program = classic::compile_expression(expression);
  if (!program) return program.error();
  return classic::convert(*program, {.source = expression, .dialect = classic::Dialect::kLibpcap});
}

Result<ebpf::Program> convert_file(const std::string& path) {
  const Result<std::string> text = read_file(path, kMaxClassicBytes);
  if (!text) return text.error();
  const Result<classic::Program> program = classic::read_text(*text, path);
  if (!program) return program.error();
  return classic::convert(*program, {.source = path, .dialect = classic::Dialect::kLinux});
}

Result<TypedProgram> load_from_object(const std::string& path, const std::string& name) {
  const Result<ebpf::Object> object = ebpf::load_object(path);
  if (!object) return object.error();
  Result<ebpf::Program> program = ebpf::select_program(*object, name);
  if (program) return TypedProgram{*program, ebpf::types_of(*object, *program)};
  if (!name.empty() || object->programs.size() < 2) return program.error();
  base::Error error = program.error();
  error.message += "; choose one with --prog";
  return error;
}

Result<void> refuse_images(const std::string& path) {
  const Result<std::string> contents = read_file(path);
  if (!contents) return contents.error();
  if (kind_of(*contents) == InputKind::kImage)
    return base::invalid_input("is an image, needed is an eBPF program", path);
  return {};
}

}  // namespace

void add_program_options(CLI::App& command, ProgramSource& source, const std::string& argument,
                         const std::string& help) {
  CLI::Option* path = command.add_option(argument, source.path, help);
  CLI::Option* program =
      command.add_option("--prog", source.program,
                         "program of the object, by function name; needed when it has several");
  CLI::Option* filter =
      command
          .add_option("--filter", source.filter,
                      "instead of a file: a packet filter as tcpdump takes it, such as "
                      "'tcp port 80'; what it accepts passes, the rest is dropped")
          ->excludes(path)
          ->excludes(program);
  command
      .add_option("--cbpf", source.cbpf,
                  "instead of a file: classic BPF as tcpdump -d, -dd or -ddd prints it")
      ->excludes(path)
      ->excludes(program)
      ->excludes(filter);
}

Result<ebpf::Program> load_program(const ProgramSource& source) {
  Result<TypedProgram> typed = load_typed_program(source);
  if (!typed) return typed.error();
  return std::move(typed->program);
}

Result<TypedProgram> load_typed_program(const ProgramSource& source) {
  if (source.is_classic()) {
    Result<ebpf::Program> converted =
        source.filter.empty() ? convert_file(source.cbpf) : convert_expression(source.filter);
    if (!converted) return converted.error();
    return TypedProgram{std::move(*converted), {}};
  }
  if (source.path.empty())
    return base::invalid_input("no program given: a file, --filter or --cbpf is needed");
  Result<void> is_object = refuse_images(source.path);
  if (!is_object) return is_object.error();
  return load_from_object(source.path, source.program);
}

Result<std::vector<ebpf::Program>> load_programs(const ProgramSource& source) {
  if (source.is_classic() || !source.program.empty() || source.path.empty()) {
    Result<ebpf::Program> program = load_program(source);
    if (!program) return program.error();
    return std::vector<ebpf::Program>{std::move(*program)};
  }
  Result<void> is_object = refuse_images(source.path);
  if (!is_object) return is_object.error();
  Result<ebpf::Object> object = ebpf::load_object(source.path);
  if (!object) return object.error();
  if (object->programs.empty()) return base::invalid_input("holds no program", source.path);
  return std::move(object->programs);
}

const std::string& describe(const ProgramSource& source) {
  if (!source.filter.empty()) return source.filter;
  return source.cbpf.empty() ? source.path : source.cbpf;
}

std::string name_of(const ProgramSource& source, const ebpf::Program& program) {
  if (!source.filter.empty()) return fmt::format("filter '{}'", source.filter);
  if (!source.cbpf.empty()) return source.cbpf;
  return fmt::format("{}: program {}", source.path, program.name);
}

}  // namespace cli
