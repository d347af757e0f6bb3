// Functional coverage: which bins lockstep has compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "rtl/rtl_core.h"
#include "tests/rtl/bins.h"

namespace rtl::test {

class Coverage {
 public:
  void add(const Retired& word);
  void add(const fpc::Fault& fault);
  const std::set<Bin>& hit() const { return hit_; }

  // Bins that are defined and not hit.
  std::set<Bin> missing() const;

 private:
  void enter(Group group, fpc::Op op, uint8_t detail) { hit_.insert({group, op, detail}); }
  void add_operands(const fpc::Insn& insn);
  void add_forms(const fpc::Insn& insn);
  void add_flags(const fpc::Insn& insn, const Retired& word);
  void add_branch(const fpc::Insn& insn, const Retired& word);
  void add_product(const fpc::Insn& insn, const Retired& word);
  void add_hazards(const fpc::Insn& insn, const Retired& word);
  void add_refusal(const fpc::Insn& insn);
  void add_operand_fault(const fpc::Insn& insn, fpc::FaultKind kind);
  void add_illegal(const fpc::Insn& insn);
  void add_broken(const fpc::Fault& fault);

  std::set<Bin> hit_;
  fpc::Insn previous_;
  Retired previous_word_;
  unsigned steps_ = 0;  // of a multiplication, one behind the other
  struct Open {         // a branch whose slots are not over
    fpc::Insn insn;
    Retired word;
    unsigned left = 0;
    bool fresh = false, active = false;
  } open_;
};

}  // namespace rtl::test
