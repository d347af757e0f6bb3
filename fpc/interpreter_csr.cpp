// Handlers of local_csr_rd and local_csr_wr, and what each modelled register is.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter_handlers.h"
#include "fpc/interpreter_operands.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

constexpr unsigned kIndexLatency =
    3;  // words after the write that still see the old value (nfp-isa 1.3)
constexpr unsigned kNoIndex = ~0u;
constexpr unsigned kTimestampShift = 4;  // one tick per 16 cycles (hw-timing 1.2)
constexpr unsigned kFirstEnableBit = 8;  // of CtxEnables: hardware context 0

// splitmix64: the hardware's update rule is not in the sources; this one is deterministic per core
// and seed.
uint32_t next_random(Machine& m) {
  m.random_state += 0x9e37'79b9'7f4a'7c15;
  uint64_t z = m.random_state;
  z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
  z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
  return static_cast<uint32_t>(z >> 32);
}

uint32_t context_enables(Machine& m) {
  uint32_t enables = 0;
  for (unsigned s = 0; s < kSlots; ++s) {
    if (m.slots[s].state.enabled) enables |= 1u << (kFirstEnableBit + 2 * s);
  }
  return enables;
}

// Hardware context in [2:0] as in the IXP2800, core number above.
uint32_t active_context(Machine& m) { return (m.number << 3) | (2 * m.slot_number()); }

uint64_t timestamp(const Machine& m) { return (m.now + m.elapsed() - 1) >> kTimestampShift; }

// A register that keeps what is written. `index` is its number in Slot::usable_at when it is an
// index register.
struct StoredCsr {
  Csr csr;
  uint32_t& (*word)(Machine&);
  unsigned index = kNoIndex;
};

constexpr StoredCsr kStoredCsrs[] = {
    {Csr::kActLmAddr0, [](Machine& m) -> uint32_t& { return m.slot->state.lm_addr[0]; }, 0},
    {Csr::kActLmAddr1, [](Machine& m) -> uint32_t& { return m.slot->state.lm_addr[1]; }, 1},
    {Csr::kActLmAddr2, [](Machine& m) -> uint32_t& { return m.slot->state.lm_addr[2]; }, 2},
    {Csr::kActLmAddr3, [](Machine& m) -> uint32_t& { return m.slot->state.lm_addr[3]; }, 3},
    {Csr::kXferIndex, [](Machine& m) -> uint32_t& { return m.slot->xfer_index; }, kXferIndexNumber},
    {Csr::kByteIndex, [](Machine& m) -> uint32_t& { return m.slot->byte_index; }},
    {Csr::kCsrCtxPtr, [](Machine& m) -> uint32_t& { return m.context_pointer; }},
    {Csr::kMailbox0, [](Machine& m) -> uint32_t& { return m.mailboxes[0]; }},
    {Csr::kMailbox1, [](Machine& m) -> uint32_t& { return m.mailboxes[1]; }},
    {Csr::kMailbox2, [](Machine& m) -> uint32_t& { return m.mailboxes[2]; }},
    {Csr::kMailbox3, [](Machine& m) -> uint32_t& { return m.mailboxes[3]; }},
};

// A register that can only be read.
struct ReadOnlyCsr {
  Csr csr;
  uint32_t (*read)(Machine&);
};

constexpr ReadOnlyCsr kReadOnlyCsrs[] = {
    {Csr::kActCtxStatus, active_context},
    {Csr::kCtxEnables, context_enables},
    {Csr::kTimestampLow, [](Machine& m) { return static_cast<uint32_t>(timestamp(m)); }},
    {Csr::kTimestampHigh, [](Machine& m) { return static_cast<uint32_t>(timestamp(m) >> 32); }},
    {Csr::kPseudoRndNum, next_random},
};

const MicroOp* run_read_stored(Machine& m, const MicroOp& op) {
  m.csr_value = kStoredCsrs[op.value].word(m);
  return &op + 1;
}

const MicroOp* run_read_only(Machine& m, const MicroOp& op) {
  m.csr_value = kReadOnlyCsrs[op.value].read(m);
  return &op + 1;
}

// Index registers drop the two low bits and show the value late; using one earlier is a fault, so
// nothing keeps the old value.
template <bool kComputed>
const MicroOp* run_write(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  const StoredCsr& csr = kStoredCsrs[op.value];
  csr.word(m) = x.a;
  if (csr.index == kNoIndex) return &op + 1;
  csr.word(m) &= ~uint32_t{3};
  m.slot->usable_at[csr.index] = m.occupied + m.elapsed() + kIndexLatency + 1;
  return &op + 1;
}

// Position in a table, or its size.
template <typename Row, size_t kSize>
uint32_t find(const Row (&table)[kSize], uint16_t address) {
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const Row& row) {
    return row.csr == static_cast<Csr>(address);
  });
  return static_cast<uint32_t>(found - std::begin(table));
}

}  // namespace

Handlers csr_handlers(const Insn& insn, uint32_t& value) {
  value = find(kStoredCsrs, insn.csr);
  if (value < std::size(kStoredCsrs)) {
    if (insn.op == Op::kLocalCsrWr) return {run_write<false>, run_write<true>};
    return {run_read_stored, run_read_stored};
  }
  value = find(kReadOnlyCsrs, insn.csr);
  if (insn.op == Op::kLocalCsrWr || value == std::size(kReadOnlyCsrs)) return {};
  return {run_read_only, run_read_only};
}

}  // namespace fpc
