// Operands of a micro-op: registers by offset, everything else through checked, computed places.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fpc/interpreter_p.h"

namespace fpc {

struct Operands {
  uint32_t a = 0, b = 0;
  uint32_t* dst = nullptr;
};

// Local memory, absolute GPRs and T_INDEX registers; applies post-modification. false: m.fail() was
// called.
[[nodiscard]] bool fetch_computed(Machine& m, const MicroOp& op, Operands& to);

template <bool kComputed>
[[nodiscard]] inline bool fetch(Machine& m, const MicroOp& op, Operands& to) {
  if constexpr (kComputed) {
    return fetch_computed(m, op, to);
  } else {
    to = {m.at(op.a) + op.a_imm, m.at(op.b) + op.b_imm, &m.at(op.dst)};
    return true;
  }
}

inline void store(Machine& m, const MicroOp& op, const Operands& to, uint32_t value) {
  *to.dst = value;
  m.at(op.mirror) = value;
}

}  // namespace fpc
