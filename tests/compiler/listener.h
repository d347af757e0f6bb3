// The rules on visits made by hand: what the verifier never lets through.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>

#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/rules.h"
#include "tests/compiler/programs.h"

namespace test {

using ebpf::RegState;
using ebpf::RegType;

inline RegState known(uint64_t value) {
  RegState reg;
  reg.type = RegType::kScalar;
  reg.var_off = {value, 0};
  reg.umin = reg.umax = value;
  return reg;
}

inline RegState pointer(RegType type, int32_t off = 0) {
  RegState reg;
  reg.type = type;
  reg.off = off;
  reg.var_off = {0, 0};
  return reg;
}

// Rules of one program, and registers that each visit shows.
struct Listener {
  explicit Listener(Code code, std::vector<ebpf::MapDef> maps = {})
      : program(xdp(std::move(code), std::move(maps))),
        capability(offload::parse_target("nfp/full")->capability),
        rules(program, capability) {}

  std::string visit(uint32_t insn) {
    ebpf::Visit visit;
    visit.insn = insn;
    visit.regs = regs;
    visit.program = &program;
    visit.stack_byte_is_zero = {nullptr, [](const void*, uint32_t, int32_t) { return false; }};
    const auto answer = rules.check(visit);
    return answer ? "" : answer.error().message;
  }

  offload::InsnFacts facts(uint32_t insn) {
    ebpf::VerifiedProgram verified;
    verified.visited.resize(program.insns.size());
    verified.zext.resize(program.insns.size());
    verified.subprograms = {{0, static_cast<uint32_t>(program.insns.size()), 0}};
    return rules.finish(verified).insns[insn];
  }

  ebpf::Program program;
  firmware::Capability capability;
  RegState regs[11];
  offload::Rules rules;
};

}  // namespace test
