// Functional coverage: which combinations of instruction, operand, flags and hazard lockstep has compared.
// SPDX-License-Identifier: Apache-2.0
//
// A bin is a group, a row of isa.def and a detail of that group. defined() says which bins exist; what the table or the
// encoding rules out is not among them.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "fpc/insn.h"
#include "rtl/rtl_core.h"

namespace rtl::test {

enum class Group : uint8_t {
  kLeft,
  kRight,
  kDestination,
  kFlags,
  kBranch,
  kShift,
  kCommand,
  kHazard
};

struct Bin {
  Group group{};
  fpc::Op op{};
  uint8_t detail = 0;
  auto operator<=>(const Bin&) const = default;
};

std::string to_string(const Bin& bin);

// All bins that there are.
std::set<Bin> defined_bins();

class Coverage {
 public:
  void add(const Retired& word);
  const std::set<Bin>& hit() const { return hit_; }

 private:
  void add_operands(const fpc::Insn& insn);
  void add_flags(const fpc::Insn& insn, const Retired& word);
  void add_branch(const fpc::Insn& insn, const Retired& word);
  void add_hazards(const fpc::Insn& insn, const Retired& word);

  std::set<Bin> hit_;
  fpc::Insn previous_;
  Retired previous_word_;
  struct Open {  // a branch whose slots are not over
    fpc::Insn insn;
    Retired word;
    unsigned left = 0;
    bool fresh = false, active = false;
  } open_;
};

}  // namespace rtl::test
