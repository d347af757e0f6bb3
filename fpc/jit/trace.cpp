// Which words a trace takes.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/trace.h"

#include <algorithm>
#include <array>
#include <bit>

#include "fpc/interpreter_handlers.h"
#include "fpc/isa.h"
#include "fpc/jit/value_map.h"

namespace fpc::jit {
namespace {

constexpr size_t kMaxItems = 128;

// Absolute registers and T_INDEX are the interpreter's.
bool is_direct(Place place) { return place < kXferIndexPlace || is_lm(place); }

// Host registers that a word may need at once: each index register and its new value, two operands, an amount, and what its
// function makes of them.
unsigned registers_needed(const MicroOp& op, const InsnSpec& row) {
  unsigned indices = 0;
  for (const Place place : {op.a, op.b, op.dst})
    if (is_lm(place)) indices |= 1u << ((place >> 4) & 3);
  const bool moves = (op.traits & trait::kPostModifies) != 0;
  const bool passes = row.format == Format::kAlu && !row.has(flag::kReadsA);
  const bool shifts = row.format == Format::kShf || row.format == Format::kShfFixed;
  return static_cast<unsigned>(std::popcount(indices)) * (moves ? 2 : 1) + 2 +
         (op.shift == kIndirectShift ? 1 : 0) +
         (passes   ? 1
          : shifts ? 3
                   : 2);
}

bool is_index_register(uint16_t csr) {
  switch (static_cast<Csr>(csr)) {
    case Csr::kActLmAddr0:
    case Csr::kActLmAddr1:
    case Csr::kActLmAddr2:
    case Csr::kActLmAddr3:
      return true;
    default:
      return false;
  }
}

bool computes(const InsnSpec& row) {
  if (row.format == Format::kMulLast) return true;
  switch (row.op) {
    case Op::kAluB:
    case Op::kAluPop1:
    case Op::kAluPop2:
    case Op::kAluNotB:
    case Op::kAluAnd:
    case Op::kAluNotAAnd:
    case Op::kAluAndNotB:
    case Op::kAluOr:
    case Op::kAluXor:
    case Op::kAluAdd:
    case Op::kAluAdd8:
    case Op::kAluAdd16:
    case Op::kAluAddCarry:
    case Op::kAluSub:
    case Op::kAluSubCarry:
    case Op::kAluSubBA:
    case Op::kShfB:
    case Op::kShfNotB:
    case Op::kShfAnd:
    case Op::kShfNotAAnd:
    case Op::kShfAndNotB:
    case Op::kShfOr:
    case Op::kShfAsr:
    case Op::kLdField:
    case Op::kImmed:
      return true;
    default:
      return false;
  }
}

struct Multiplication {
  std::array<Op, 5> words;
  unsigned count;
};
constexpr Multiplication kMultiplications[] = {
    {{Op::kMulStart, Op::kMul32x32Step1, Op::kMul32x32Step2, Op::kMul32x32Step3,
      Op::kMul32x32Step4},
     5},
    {{Op::kMulStart, Op::kMul16x16Step1, Op::kMul16x16Step2}, 3},
    {{Op::kMulStart, Op::kMul24x8Step1}, 2},
};

class Selector {
 public:
  explicit Selector(const CodeStore::Decoded& code) : code_(code) {}

  Trace run(unsigned address) {
    trace_.next = address;
    while (take()) {
    }
    trace_.cycles = cycles_;
    mark_what_is_read();
    return std::move(trace_);
  }

 private:
  const MicroOp& op(unsigned address) const { return code_.ops[address]; }
  const Insn& insn(unsigned address) const { return code_.insns[address]; }
  bool executes(unsigned address) const {
    return address < code_.words.size() && op(address).run != run_illegal &&
           op(address).run != run_ecc_error;
  }

  // The amount of an indirect shift comes from the word before; that of a trace's first word is asked at run time.
  bool has_amount(unsigned address) const {
    return op(address).shift != kIndirectShift || trace_.items.empty() ||
           (op(trace_.items.back().address).traits & trait::kPublishesA) != 0;
  }

  bool is_direct_word(unsigned address) const {
    const MicroOp& word = op(address);
    return is_direct(word.a) && is_direct(word.b) && is_direct(word.dst) &&
           registers_needed(word, spec(insn(address).op)) <= kPoolRegisters;
  }

  bool is_plain(unsigned address) const {
    if (!executes(address) || !is_direct_word(address)) return false;
    const Insn& word = insn(address);
    if (word.op == Op::kLocalCsrWr || word.op == Op::kLocalCsrRd)
      return is_index_register(word.csr);
    return computes(spec(word.op)) && has_amount(address);
  }

  // Words of defer slots may not fall back, since what is due would be lost: their local memory is checked before the word that
  // they belong to, so nothing may move its index registers in between.
  bool has_slots(unsigned address, unsigned count) const {
    bool moves = (op(address).traits & trait::kPostModifies) != 0;
    for (unsigned i = 1; i <= count; ++i) {
      const unsigned slot = address + i;
      if (!is_plain(slot) || op(slot).shift == kIndirectShift) return false;
      if (touches_lm(op(slot)) && moves) return false;
      moves |= (op(slot).traits & trait::kPostModifies) != 0 || insn(slot).op == Op::kLocalCsrWr;
    }
    return true;
  }

  void append(unsigned address, Kind kind) {
    trace_.items.push_back({static_cast<uint16_t>(address), kind, false, false, cycles_});
    ++cycles_;
  }
  void append_slots(unsigned address, unsigned count) {
    for (unsigned i = 1; i <= count; ++i) append(address + i, Kind::kPlain);
  }

  bool end(End how) {
    trace_.end = how;
    return false;
  }

  // Appends the word at `next`, and what belongs to it; false at the end of the trace.
  bool take() {
    const unsigned address = trace_.next;
    if (trace_.items.size() >= kMaxItems || was_taken(address)) return end(End::kGoOn);
    if (!executes(address)) return end(End::kInterpret);
    if (is_plain(address)) {
      append(address, Kind::kPlain);
      ++trace_.next;
      return true;
    }
    if (const unsigned words = multiplication_at(address))
      return take_multiplication(address, words);
    if (!is_direct_word(address)) return end(End::kInterpret);
    const InsnSpec& row = spec(insn(address).op);
    if (row.has(flag::kCommand)) return take_command(address);
    if (row.has(flag::kBranch)) return take_branch(address);
    return end(End::kInterpret);
  }

  bool was_taken(unsigned address) const {
    return std::ranges::any_of(trace_.items,
                               [&](const Item& item) { return item.address == address; });
  }

  unsigned multiplication_at(unsigned address) const {
    for (const Multiplication& pattern : kMultiplications) {
      bool matches = true;
      for (unsigned i = 0; i < pattern.count && matches; ++i) {
        const unsigned at = address + i;
        matches = executes(at) && insn(at).op == pattern.words[i] && is_direct_word(at) &&
                  !touches_lm(op(at));
      }
      if (matches) return pattern.count;
    }
    return 0;
  }

  bool take_multiplication(unsigned address, unsigned words) {
    append(address, Kind::kMultiply);
    for (unsigned i = 1; i < words; ++i) append(address + i, Kind::kCovered);
    trace_.next = address + words;
    return true;
  }

  bool take_command(unsigned address) {
    const Insn& word = insn(address);
    const unsigned slots = defer_slots(word.swap_mode);
    const bool is_legal = word.indirect_ref ? slots == 0 && has_address(word.address_mode)
                                            : command_shape(word, 0).has_value();
    if (!is_legal || !has_slots(address, slots)) return end(End::kInterpret);
    append(address, Kind::kCommand);
    append_slots(address, slots);
    trace_.next = address + 1 + slots;
    return end(End::kItem);
  }

  bool take_branch(unsigned address) {
    const MicroOp& branch = op(address);
    const InsnSpec& row = spec(insn(address).op);
    if (row.has(flag::kReadsState) || !has_slots(address, branch.defer))
      return end(End::kInterpret);
    const bool is_jump = row.op == Op::kJump, is_always = row.op == Op::kBr;
    append(address, is_jump ? Kind::kJump : is_always ? Kind::kAlways : Kind::kBranch);
    append_slots(address, branch.defer);
    trace_.next = address + 1 + branch.defer;
    if (is_jump) return end(End::kItem);
    if (is_always) {
      trace_.next = branch.target;
      cycles_ += bubbles_of(branch.taken_cycles, branch.defer);
      if (branch.target >= code_.words.size()) return end(End::kGoOn);
    }
    return true;
  }

  // C, V and PREV_A that nothing can look at before they change again need no store.
  void mark_what_is_read() {
    std::vector<Item>& items = trace_.items;
    bool carry = true, operand = true;
    for (size_t i = items.size(); i-- > 0;) {
      Item& item = items[i];
      const MicroOp& word = op(item.address);
      const InsnSpec& row = spec(insn(item.address).op);
      item.carry_is_read = carry;
      item.operand_is_read = operand;
      const bool may_leave = item.kind == Kind::kBranch || item.kind == Kind::kAlways ||
                             item.kind == Kind::kJump || item.kind == Kind::kCommand ||
                             touches_lm(word);
      if (row.has(flag::kSetsCv) && (word.traits & trait::kKeepsFlags) == 0) carry = false;
      if (may_leave || row.has(flag::kReadsC | flag::kReadsCc)) carry = true;
      operand = touches_lm(word) || word.shift == kIndirectShift;
    }
    // Behind the slots of a branch that is taken another trace begins.
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].kind != Kind::kBranch) continue;
      const unsigned slots = op(items[i].address).defer;
      for (size_t s = i; s <= i + slots; ++s)
        items[s].carry_is_read = items[s].operand_is_read = true;
    }
  }

  const CodeStore::Decoded& code_;
  Trace trace_;
  uint32_t cycles_ = 0;
};

}  // namespace

Trace select_trace(const CodeStore::Decoded& code, unsigned address) {
  return Selector(code).run(address);
}

}  // namespace fpc::jit
