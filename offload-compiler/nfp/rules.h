// The card driver's rules: what it accepts of a verified program, in its own words, and the facts it records on the way.
// SPDX-License-Identifier: Apache-2.0
//
//   Rules rules(program, capability);
//   options.on_insn = [&](const ebpf::Visit& visit) { return rules.check(visit); };
//   Result<VerifiedProgram> verified = ebpf::verify(program, options);
//   Result<ProgramFacts> facts = rules.finish(*verified);
//
// Errors: kInvalidInput where the driver answers -EINVAL, kUnsupported for -EOPNOTSUPP, kOutOfRange for limits; messages name
// the instruction and carry the driver's text behind "[nfp] " (nfp-jit-support 2 to 7).
#pragma once

#include <string>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/nfp/facts.h"
#include "offload-compiler/nfp/map_use.h"

namespace offload {

class Rules {
 public:
  // Both outlive the rules.
  Rules(const ebpf::Program& program, const firmware::Capability& capability);

  // One visit of one instruction, before it executes.
  base::Result<void> check(const ebpf::Visit& visit);
  // After the last visit.
  base::Result<ProgramFacts> finish(const ebpf::VerifiedProgram& verified);

 private:
  // The rules proper return the driver's text through one of these.
  using Answer = base::Result<void>;
  static Answer invalid(std::string text);
  static Answer unsupported(std::string text);

  Answer check_insn(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_alu(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_exit(const ebpf::Visit& visit) const;

  Answer check_store(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_atomic(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_pointer(const ebpf::Visit& visit, const ebpf::Insn& insn, unsigned base,
                       InsnFacts& facts);
  Answer check_stack(const ebpf::Visit& visit, const ebpf::RegState& reg, InsnFacts& facts);
  Answer check_map_value(const ebpf::Insn& insn, const ebpf::RegState& reg);

  Answer check_helper(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_adjust_head(const ebpf::Visit& visit, const InsnFacts& facts);
  Answer check_map_call(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  Answer check_map_update_value(const ebpf::Visit& visit);
  Answer check_event_output(const ebpf::Visit& visit, InsnFacts& facts);

  const ebpf::Program& program_;
  const firmware::Capability& capability_;
  ProgramFacts facts_;
  MapUse map_use_;
};

}  // namespace offload
