// The card driver's rules: what it accepts of a verified program, in its own words, and the facts it records on the way.
// SPDX-License-Identifier: Apache-2.0
//
//   Rules rules(program, capability);
//   options.on_insn = [&](const ebpf::Visit& visit) { return rules.check(visit); };
//   Result<VerifiedProgram> verified = ebpf::verify(program, options);
//   ProgramFacts facts = rules.finish(*verified);
//
// The driver ends verification with the first refusal; a listener that goes on finds all of them in refusals().
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/nfp/facts.h"
#include "offload-compiler/nfp/map_use.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {

enum class Dialect : uint8_t {
  kDriver,   // the card's driver, with what it overlooks
  kFixed,    // also of what the driver overlooks and correct code needs
  kRelaxed,  // the same, without what keeps off global data and stores to map values
};

class Rules {
 public:
  // Both outlive the rules.
  Rules(const ebpf::Program& program, const firmware::Capability& capability,
        Dialect dialect = Dialect::kDriver);

  // One visit of one instruction, before it executes. Error: the visit's first refusal, with instruction and source line.
  base::Result<void> check(const ebpf::Visit& visit);
  // Of all visits so far, as they came; each rule once for an instruction.
  const std::vector<Diagnostic>& refusals() const { return refusals_; }
  // After the last visit; the rules are spent then.
  ProgramFacts finish(const ebpf::VerifiedProgram& verified);

 private:
  // The rules proper call refuse() and go on where what follows makes sense all the same.
  template <Rule kRule, typename... Args>
  void refuse(const Args&... args) {
    of_visit_.push_back(refusal<kRule>(args...));
  }

  void check_insn(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  bool check_opcode(const ebpf::Insn& insn);  // false: no other rule applies
  void check_alu(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  void check_multiply(const ebpf::Insn& insn, const InsnFacts& facts);
  void check_divide(const ebpf::Insn& insn, const InsnFacts& facts);
  void check_exit(const ebpf::Visit& visit);

  void check_store(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  void check_atomic(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  void check_pointer(const ebpf::Visit& visit, const ebpf::Insn& insn, unsigned base,
                     InsnFacts& facts);
  void check_stack(const ebpf::Visit& visit, const ebpf::RegState& reg, InsnFacts& facts);
  void check_map_value(const ebpf::Insn& insn, const ebpf::RegState& reg);

  void check_helper(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  void check_adjust_head(const ebpf::Visit& visit, const InsnFacts& facts);
  void check_map_call(const ebpf::Visit& visit, const ebpf::Insn& insn, InsnFacts& facts);
  void check_map_update_value(const ebpf::Visit& visit);
  void check_event_output(const ebpf::Visit& visit, InsnFacts& facts);
  // Of a helper that takes the address of something on the stack.
  bool check_stack_argument(std::string_view helper, const ebpf::RegState& reg);

  const ebpf::Program& program_;
  const firmware::Capability& capability_;
  const Dialect dialect_;
  ProgramFacts facts_;
  MapUse map_use_;
  std::vector<Diagnostic> of_visit_;
  std::vector<Diagnostic> refusals_;
  std::set<std::pair<uint32_t, std::string>> known_;  // instruction and rule of each refusal
};

}  // namespace offload
