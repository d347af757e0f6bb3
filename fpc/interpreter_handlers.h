// Which function executes a row of isa.def; asked when words are decoded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "fpc/interpreter_p.h"

namespace fpc {

// `plain` when all operands are registers of the context, constants or none; `computed` otherwise.
struct Handlers {
  Handler plain = nullptr;
  Handler computed = nullptr;
};

// Each gives null handlers for the rows of the other groups.
Handlers alu_handlers(Op op);      // alu, alu_shf, immed, ld_field, mul_step
Handlers branch_handlers(Op op);   // branches, jump, ctx_arb
Handlers command_handlers(Op op);  // mem commands with semantics

bool has_address(AddressMode mode);  // that is modelled
// A command but for slot and address; none where the card would not know what to do. `override_word` counts where the
// instruction has indirect_ref.
std::optional<MemoryCommand> command_shape(const Insn& insn, uint32_t override_word);
unsigned defer_slots(CommandSwap mode);

// Words that fault when they execute.
const MicroOp* run_illegal(Machine& m, const MicroOp& op);
const MicroOp* run_ecc_error(Machine& m, const MicroOp& op);
const MicroOp* run_past_end(Machine& m, const MicroOp& op);

// local_csr_rd and local_csr_wr of a modelled register; sets the micro-op's value.
Handlers csr_handlers(const Insn& insn, uint32_t& value);

}  // namespace fpc
