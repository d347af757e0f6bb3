// Computed operands: local memory with its rules, absolute GPRs, T_INDEX transfer registers.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter_operands.h"

namespace fpc {
namespace {

// nfp-isa 1.3: the three words after the write see the old value. The sources count instructions;
// the pipeline moves on during the bubbles of a taken branch as well, so this counts occupied
// cycles, in which a filled word is one.
bool is_fresh(const Machine& m, unsigned index) {
  return m.occupied + m.elapsed() < m.slot->usable_at[index];
}

uint32_t* locate_lm(Machine& m, const MicroOp& op, Place place) {
  const unsigned index = (place >> 4) & 3;
  const unsigned offset = place & 15;
  const uint32_t word = m.slot->state.lm_addr[index] >> 2;
  auto kind = FaultKind::kNone;
  if (is_fresh(m, index)) {
    kind = FaultKind::kLmLatency;
  } else if (word >= kLmWords) {
    kind = FaultKind::kLmOutOfRange;
  } else if ((word & offset) !=
             0) {  // the offset is ORed, so it would not be where the programmer thinks
    kind = FaultKind::kLmWindow;
  } else {
    return &m.lm[word | offset];
  }
  m.fail(kind, op);
  return nullptr;
}

// Absolute numbers run through the windows of the contexts: 32 registers each (nfp-isa 1.2).
uint32_t* locate_absolute(Machine& m, Place place) {
  ContextState& state = m.slots[(place & 0x7f) / kRelativeGprs].state;
  const unsigned number = place % kRelativeGprs;
  return (place & 0x80) != 0 ? &state.b[number] : &state.a[number];
}

// T_INDEX is taken as a byte address into all transfer registers, 64 per context in 4-context mode;
// the sources name the register but not its fields.
uint32_t* locate_indexed_xfer(Machine& m, const MicroOp& op, Place place) {
  if (is_fresh(m, kXferIndexNumber)) {
    m.fail(FaultKind::kLmLatency, op);
    return nullptr;
  }
  const unsigned number = (m.slot->xfer_index >> 2) % (kSlots * kXferRegs);
  ContextState& state = m.slots[number / kXferRegs].state;
  return (place & 1) != 0 ? &state.xfer_out[number % kXferRegs]
                          : &state.xfer_in[number % kXferRegs];
}

uint32_t* locate(Machine& m, const MicroOp& op, Place place) {
  if (place < kXferIndexPlace) return &m.at(place);
  if ((place & kLmPlace) != 0) return locate_lm(m, op, place);
  if ((place & kAbsolutePlace) != 0) return locate_absolute(m, place);
  return locate_indexed_xfer(m, op, place);
}

constexpr bool is_lm(Place place) { return (place & kLmPlace) != 0; }
constexpr bool is_indexed_xfer(Place place) { return (place & 0xe000) == kXferIndexPlace; }

uint32_t step_of(unsigned post) {
  return static_cast<PostModify>(post) == PostModify::kIncrement ? 4 : static_cast<uint32_t>(-4);
}

// An index register that several operands of the word move is moved once.
void post_modify(Machine& m, const MicroOp& op) {
  unsigned moved = 0;
  for (const Place place : {op.a, op.b, op.dst}) {
    if (!is_lm(place) && !is_indexed_xfer(place)) continue;
    const unsigned post = (place >> (is_lm(place) ? 6 : 1)) & 3;
    const unsigned index = is_lm(place) ? (place >> 4) & 3 : kXferIndexNumber;
    if (post == 0 || ((moved >> index) & 1) != 0) continue;
    moved |= 1u << index;
    (is_lm(place) ? m.slot->state.lm_addr[index] : m.slot->xfer_index) += step_of(post);
  }
}

}  // namespace

bool fetch_computed(Machine& m, const MicroOp& op, Operands& to) {
  const uint32_t* a = locate(m, op, op.a);
  const uint32_t* b = a ? locate(m, op, op.b) : nullptr;
  uint32_t* dst = b ? locate(m, op, op.dst) : nullptr;
  if (dst == nullptr) return false;
  to = {*a + op.a_imm, *b + op.b_imm, dst};
  if ((op.traits & trait::kPostModifies) != 0) post_modify(m, op);
  return true;
}

}  // namespace fpc
