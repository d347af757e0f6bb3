// Fills the text templates of bpf.def with the fields of an instruction.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/print.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <cassert>
#include <string_view>

#include "offload-compiler/ebpf/decode.h"

namespace ebpf {
namespace {

constexpr const char* kHelperNames[] = {
#define HELPER_NAME(name) "bpf_" #name
    __BPF_FUNC_MAPPER(HELPER_NAME)
#undef HELPER_NAME
};

// libbpf overwrites an instruction whose CO-RE relocation failed with a call of this helper.
constexpr int32_t kFailedRelocation = 0xbad2310;

struct Context {
  const Program& program;
  const Insn& insn;
  int32_t next_imm;  // of the second slot of a wide load
};

std::string map_name(const Context& c) {
  const auto index = static_cast<uint32_t>(c.insn.imm);
  return index < c.program.maps.size() ? c.program.maps[index].name : fmt::format("{}", index);
}

std::string signed_offset(int32_t off) {
  return off < 0 ? fmt::format(" - {}", -off) : fmt::format(" + {}", off);
}

uint64_t wide_imm(const Context& c) {
  return static_cast<uint64_t>(static_cast<uint32_t>(c.next_imm)) << 32 |
         static_cast<uint32_t>(c.insn.imm);
}

struct Placeholder {
  std::string_view name;
  std::string (*text)(const Context&);
};

constexpr Placeholder kPlaceholders[] = {
    {"dst", [](const Context& c) { return fmt::format("r{}", c.insn.dst); }},
    {"src", [](const Context& c) { return fmt::format("r{}", c.insn.src); }},
    {"wdst", [](const Context& c) { return fmt::format("w{}", c.insn.dst); }},
    {"wsrc", [](const Context& c) { return fmt::format("w{}", c.insn.src); }},
    {"off", [](const Context& c) { return signed_offset(c.insn.off); }},
    {"imm", [](const Context& c) { return fmt::format("{}", c.insn.imm); }},
    {"hex",
     [](const Context& c) { return fmt::format("{:#x}", static_cast<uint32_t>(c.insn.imm)); }},
    {"goto", [](const Context& c) { return fmt::format("{:+}", c.insn.off); }},
    {"gotol", [](const Context& c) { return fmt::format("{:+}", c.insn.imm); }},
    {"imm64", [](const Context& c) { return fmt::format("{:#x}", wide_imm(c)); }},
    {"next", [](const Context& c) { return fmt::format("{}", c.next_imm); }},
    {"map", map_name},
    {"helper", [](const Context& c) { return helper_name(c.insn.imm); }},
};

std::string fill(std::string_view name, const Context& context) {
  for (const Placeholder& p : kPlaceholders) {
    if (p.name == name) return p.text(context);
  }
  assert(false && "bpf.def uses a placeholder that print.cpp does not know");
  return {};
}

}  // namespace

std::string helper_name(int32_t id) {
  if (id == kFailedRelocation) return "unresolved CO-RE relocation";
  const bool known = id > 0 && static_cast<size_t>(id) < std::size(kHelperNames);
  return fmt::format("{}#{}", known ? kHelperNames[id] : "unknown", id);
}

std::string print_insn(const Program& program, uint32_t index) {
  assert(index < program.insns.size() && "print_insn() outside the program");
  const Insn& insn = program.insns[index];
  const InsnSpec* spec = find_spec(insn);
  if (spec == nullptr) {
    return fmt::format("illegal: opcode {:#04x} dst {} src {} off {} imm {}", insn.opcode, insn.dst,
                       insn.src, insn.off, insn.imm);
  }
  const bool has_next = spec->is_wide() && index + 1 < program.insns.size();
  const Context context{program, insn, has_next ? program.insns[index + 1].imm : 0};
  std::string text;
  std::string_view rest = spec->text;
  for (size_t open; (open = rest.find('{')) != std::string_view::npos;) {
    const size_t close = rest.find('}', open);
    assert(close != std::string_view::npos && "unclosed placeholder in bpf.def");
    text += rest.substr(0, open);
    text += fill(rest.substr(open + 1, close - open - 1), context);
    rest.remove_prefix(close + 1);
  }
  return text += rest;
}

}  // namespace ebpf
