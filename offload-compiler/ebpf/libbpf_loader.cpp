// Drives libbpf: choose programs, load against the recorder, then collect what it linked.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/libbpf_loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cstdarg>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/printable.h"
#include "offload-compiler/ebpf/bpf_recorder.h"
#include "offload-compiler/ebpf/btf_functions.h"
#include "offload-compiler/ebpf/btf_names.h"
#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/program_type.h"
#include "offload-compiler/ebpf/syscall_capture.h"

namespace ebpf {
namespace {

// The first warnings of libbpf, which is where it says what is wrong; a C callback has no other
// place for them.
std::string libbpf_warnings;

int keep_warning(libbpf_print_level level, const char* format, va_list arguments) {
  constexpr size_t kEnough = 400;
  if (level != LIBBPF_WARN || libbpf_warnings.size() > kEnough) return 0;
  char line[kEnough];
  std::vsnprintf(line, sizeof line, format, arguments);
  std::string_view text = line;
  if (text.starts_with("libbpf: ")) text.remove_prefix(8);
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (!libbpf_warnings.empty()) libbpf_warnings += "; ";
  libbpf_warnings += base::printable(text);
  return 0;
}

base::Error malformed(int libbpf_errno) {
  char text[128] = "";
  libbpf_strerror(libbpf_errno, text, sizeof text);
  const std::string why = libbpf_warnings.empty() ? text : libbpf_warnings;
  return base::invalid_input(fmt::format(
      "malformed object: {}; allowed is what clang -target bpf -g writes for libbpf 1.x", why));
}

bpf_prog_type kernel_type(ProgType type) {
  switch (type) {
    case ProgType::kXdp:
      return BPF_PROG_TYPE_XDP;
    case ProgType::kSchedCls:
      return BPF_PROG_TYPE_SCHED_CLS;
    case ProgType::kSocketFilter:
      return BPF_PROG_TYPE_SOCKET_FILTER;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

// The characters that the kernel takes in a name.
base::Result<void> check_name(const char* what, std::string_view name) {
  constexpr const char* kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  if (name.find_first_not_of(kAllowed) == std::string_view::npos) return {};
  return base::invalid_input(fmt::format(
      "malformed object: {} named '{}', allowed in names are letters, digits, '_' and '.'", what,
      base::printable(name)));
}

template <typename Record>
std::vector<uint8_t> bytes_of(const std::vector<Record>& records) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(records.data());
  return {bytes, bytes + records.size() * sizeof(Record)};
}

class Loader {
 public:
  Loader(bpf_object* object, const BpfRecorder& recorder) : object_(object), recorder_(recorder) {}

  base::Result<Object> load(const std::string& path) {
    result_.path = path;
    choose_programs();
    if (auto chosen = check_choice(); !chosen) return chosen.error();
    if (auto checked = check_externs(); !checked) return checked.error();
    prepare_maps();
    if (auto checked = check_names(); !checked) return checked.error();
    if (const int failed = bpf_object__load(object_); failed != 0) return malformed(-failed);
    collect_what_maps_became();
    for (const Chosen& chosen : chosen_) {
      auto program = collect(chosen);
      if (!program) return program.error();
      result_.programs.push_back(std::move(*program));
      result_.types.push_back(types_for(chosen));
    }
    return std::move(result_);
  }

 private:
  struct Chosen {
    bpf_program* handle;
    ProgType type;
  };

  void choose_programs() {
    bpf_program* program = nullptr;
    while ((program = bpf_object__next_program(object_, program)) != nullptr) {
      const char* section = bpf_program__section_name(program);
      const auto type = program_type_of(section);
      bpf_program__set_autoload(program, type.has_value());
      if (type) {
        bpf_program__set_type(program, kernel_type(*type));
        chosen_.push_back({program, *type});
      } else {
        result_.skipped.push_back({base::printable(bpf_program__name(program)),
                                   base::printable(section),
                                   base::printable(type.error().message)});
      }
    }
  }

  base::Result<void> check_choice() const {
    if (!chosen_.empty()) return {};
    if (result_.skipped.empty()) {
      return base::invalid_input(fmt::format(
          "no programs, needed is a function in one of the sections {}", allowed_sections()));
    }
    const SkippedProgram& first = result_.skipped.front();
    return base::unsupported(fmt::format("program {}: {}", first.name, first.reason));
  }

  base::Result<void> check_names() const {
    for (const Chosen& chosen : chosen_) {
      auto checked = check_name("a program", bpf_program__name(chosen.handle));
      if (!checked) return checked.error();
    }
    for (const MapDef& map : maps_) {
      if (auto checked = check_name("a map", map.name); !checked) return checked.error();
    }
    return {};
  }

  // Variables and functions of the kernel that the program would run in: on a card there is none.
  base::Result<void> check_externs() const {
    constexpr struct {
      const char* section;
      const char* what;
    } kExterns[] = {{".kconfig", "kernel configuration variables (extern __kconfig)"},
                    {".ksyms", "kernel symbols (extern __ksym)"}};
    const btf* types = bpf_object__btf(object_);
    if (types == nullptr) return {};
    for (const auto& e : kExterns) {
      if (btf__find_by_name_kind(types, e.section, BTF_KIND_DATASEC) > 0) {
        return base::unsupported(
            fmt::format("uses {}, allowed are maps and global variables", e.what));
      }
    }
    return {};
  }

  void prepare_maps() {
    const btf* types = bpf_object__btf(object_);
    bpf_map* map = nullptr;
    while ((map = bpf_object__next_map(object_, map)) != nullptr) {
      std::string name = bpf_map__name(map);
      // libbpf puts the object's name before the section's.
      if (bpf_map__is_internal(map)) name.erase(0, name.find('.'));
      bpf_map__set_pin_path(map, nullptr);
      MapDef def;
      def.name = std::move(name);
      def.type = bpf_map__type(map);
      def.key_bytes = bpf_map__key_size(map);
      def.value_bytes = bpf_map__value_size(map);
      def.max_entries = bpf_map__max_entries(map);
      def.flags = bpf_map__map_flags(map);
      def.key_btf = btf_type_name(types, bpf_map__btf_key_type_id(map));
      def.value_btf = btf_type_name(types, bpf_map__btf_value_type_id(map));
      def.lock_off = btf_lock_offset(types, bpf_map__btf_value_type_id(map));
      maps_.push_back(std::move(def));
    }
  }

  void collect_what_maps_became() {
    bpf_map* map = nullptr;
    for (size_t i = 0; (map = bpf_object__next_map(object_, map)) != nullptr; ++i) {
      map_fds_.push_back(bpf_map__fd(map));
      const BpfRecorder::CreatedMap* created = recorder_.map(map_fds_.back());
      map_types_.push_back(created == nullptr ? KernelTypes::Map{} : created->types);
      if (created != nullptr && bpf_map__is_internal(map)) maps_[i].initial = created->initial;
    }
  }

  base::Result<Program> collect(const Chosen& chosen) const {
    const BpfRecorder::LoadedProgram* loaded = recorder_.program(bpf_program__fd(chosen.handle));
    const char* name = bpf_program__name(chosen.handle);
    if (loaded == nullptr || loaded->insns.empty()) {
      return base::invalid_input(
          fmt::format("malformed object: program {} has no instructions", name));
    }
    Program program;
    program.name = name;
    program.section = base::printable(bpf_program__section_name(chosen.handle));
    program.type = chosen.type;
    program.insns = loaded->insns;
    program.maps = maps_;
    program.lines = lines_of(*loaded);
    program.functions = functions_of(*loaded);
    program.license = loaded->license;
    program.flags = loaded->flags;
    if (auto replaced = fds_to_indices(&program); !replaced) return replaced.error();
    return program;
  }

  base::Result<void> fds_to_indices(Program* program) const {
    for (size_t i = 0; i < program->insns.size(); ++i) {
      Insn& insn = program->insns[i];
      const InsnSpec* spec = find_spec(insn);
      if (spec == nullptr || !spec->is_wide()) continue;
      ++i;
      if (spec->op != Op::kLoadMap && spec->op != Op::kLoadMapValue) continue;
      const auto index = index_of_fd(insn.imm);
      if (!index) {
        return base::invalid_input(
            fmt::format("malformed object: program {} insn {} loads a map that is not there",
                        program->name, i - 1));
      }
      insn.imm = static_cast<int32_t>(*index);
    }
    return {};
  }

  std::optional<size_t> index_of_fd(int fd) const {
    for (size_t i = 0; i < map_fds_.size(); ++i) {
      if (map_fds_[i] == fd) return i;
    }
    return std::nullopt;
  }

  std::vector<FunctionInfo> functions_of(const BpfRecorder::LoadedProgram& loaded) const {
    std::vector<FunctionInfo> functions;
    for (const bpf_func_info& info : loaded.functions) {
      std::optional<FunctionInfo> function = btf_function(bpf_object__btf(object_), info.type_id);
      if (!function || info.insn_off >= loaded.insns.size()) continue;
      function->insn = info.insn_off;
      functions.push_back(std::move(*function));
    }
    return functions;
  }

  KernelTypes types_for(const Chosen& chosen) const {
    const BpfRecorder::LoadedProgram* loaded = recorder_.program(bpf_program__fd(chosen.handle));
    const std::vector<uint8_t>* btf = loaded == nullptr ? nullptr : recorder_.btf(loaded->btf_fd);
    if (btf == nullptr) return {};
    return {*btf, bytes_of(loaded->functions), bytes_of(loaded->lines), map_types_};
  }

  std::vector<LineInfo> lines_of(const BpfRecorder::LoadedProgram& loaded) const {
    const btf* types = bpf_object__btf(object_);
    const auto text_at = [&](uint32_t offset) -> std::string {
      const char* text = types == nullptr ? nullptr : btf__name_by_offset(types, offset);
      return text == nullptr ? "" : base::printable(text);
    };
    std::vector<LineInfo> lines;
    for (const bpf_line_info& info : loaded.lines) {
      LineInfo line;
      line.insn = info.insn_off;
      line.file = text_at(info.file_name_off);
      line.text = text_at(info.line_off);
      line.text.erase(0, line.text.find_first_not_of(" \t"));
      line.line = BPF_LINE_INFO_LINE_NUM(info.line_col);
      line.column = BPF_LINE_INFO_LINE_COL(info.line_col);
      if (line.insn < loaded.insns.size()) lines.push_back(std::move(line));
    }
    return lines;
  }

  bpf_object* object_;
  const BpfRecorder& recorder_;
  Object result_;
  std::vector<Chosen> chosen_;
  std::vector<MapDef> maps_;
  std::vector<int> map_fds_;
  std::vector<KernelTypes::Map> map_types_;
};

}  // namespace

base::Result<Object> load_with_libbpf(const std::string& path) {
  libbpf_set_print(keep_warning);
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.btf_custom_path = path.c_str();
  BpfRecorder recorder;
  capture_bpf_calls(BpfRecorder::answer, &recorder);
  bpf_object* object = bpf_object__open_file(path.c_str(), &options);
  if (object == nullptr) return malformed(errno);
  return Loader(object, recorder).load(path);
}

}  // namespace ebpf
