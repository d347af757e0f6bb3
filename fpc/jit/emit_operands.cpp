// Sources and destinations: registers through the value map, local memory behind its checks.
// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "fpc/jit/emitter_p.h"

namespace fpc::jit {

using namespace asmjit;

namespace {

constexpr uint32_t kLmBytes = kLmWords * 4;
constexpr unsigned kIndexLatency = 3;  // words behind a write that do not see it yet (nfp-isa 1.3)

unsigned index_of(Place place) { return (place >> 4) & 3; }
unsigned offset_of(Place place) { return place & 15; }
PostModify post_of(Place place) { return static_cast<PostModify>((place >> 6) & 3); }

Loc usable_loc(unsigned index) {
  return static_cast<Loc>((offsetof(Slot, usable_at) + index * sizeof(uint64_t)) / 4);
}

const x86::Mem kDeadline = x86::qword_ptr(kMachine, offsetof(Machine, deadline));

}  // namespace

// Everything that may go wrong with the operands of the word and its slots is looked at before any of them has an effect; the
// interpreter then says what the fault is.
void Emitter::check_lm(const Item& item, unsigned slots) {
  const std::span<const Item> words(&item, 1 + slots);
  const auto for_each_place = [&](const auto& call) {
    for (const Item& word : words)
      for (const Place place : {op(word).a, op(word).b, op(word).dst})
        if (is_lm(place)) call(place, word);
  };
  // First, since a register that has to make room would be missing from what the exit stores.
  unsigned count = 0;
  for_each_place([&](Place place, const Item&) {
    map_.read(lm_loc(index_of(place)));
    ++count;
  });
  if (count == 0) return;
  Exit exit = exit_before(item, Return::kInterpret);
  for_each_place([&](Place place, const Item& word) { check_lm_place(place, word, exit.label); });
  exits_.push_back(std::move(exit));
  if (slots > 0) map_.end_word();
}

void Emitter::check_lm_place(Place place, const Item& item, const Label& fallback) {
  const unsigned index = index_of(place);
  check_lm_age(index, item, fallback);
  // The offset is ORed, so the address must have none of its bits; above, local memory ends.
  const uint32_t forbidden = ~(kLmBytes - 1) | offset_of(place) << 2;
  const Value address = map_.read(lm_loc(index));
  if (map_.is_constant(address)) {
    if ((map_.constant_of(address) & forbidden) != 0) out_.jmp(fallback);
    return;
  }
  Index& known = indices_[index];
  if (known.tested != address) {
    known.tested = address;
    known.bits = 0;
  }
  if ((forbidden & ~known.bits) == 0) return;
  known.bits |= forbidden;
  out_.test(map_.reg(address), forbidden);
  out_.jnz(fallback);
}

void Emitter::check_lm_age(unsigned index, const Item& item, const Label& fallback) {
  Index& known = indices_[index];
  if (known.is_old) return;
  if (known.written) {
    if (item.cycles < known.written_at + 1 + kIndexLatency) {
      out_.jmp(fallback);
    } else {
      known.is_old = true;
    }
    return;
  }
  known.is_old = true;
  // Whatever was written before the trace is visible by its fourth cycle.
  if (item.cycles >= kIndexLatency) return;
  out_.mov(x86::rax, kDeadline);
  out_.sub(x86::rax, kRemaining);
  out_.add(x86::rax, item.cycles + 1);
  out_.cmp(x86::rax, x86::qword_ptr(kSlot, 4 * usable_loc(index)));
  out_.jb(fallback);
}

Value Emitter::read_lm(Place place) {
  const Value address = map_.read(lm_loc(index_of(place)));
  const Value result = map_.fresh();
  const auto base = static_cast<int32_t>(offsetof(Machine, lm) + 4 * offset_of(place));
  if (map_.is_constant(address)) {
    out_.mov(map_.reg(result),
             x86::dword_ptr(kMachine,
                            base + static_cast<int32_t>(map_.constant_of(address) % kLmBytes)));
  } else {
    out_.mov(map_.reg(result), x86::dword_ptr(kMachine, map_.reg(address).r64(), 0, base));
  }
  return result;
}

Value Emitter::source(Place place, uint8_t constant) {
  if (is_lm(place)) return read_lm(place);
  if (loc_of(place) == kZeroLoc) return map_.constant(constant);
  return map_.read(loc_of(place));
}

Destination Emitter::destination(const MicroOp& word) {
  if (!is_lm(word.dst)) return {false, loc_of(word.dst), loc_of(word.mirror), 0, 0};
  return {true, kSinkLoc, loc_of(word.mirror), map_.read(lm_loc(index_of(word.dst))),
          offset_of(word.dst)};
}

// An index register that several operands of the word move is moved once, by the first of them.
void Emitter::post_modify(const MicroOp& word) {
  unsigned moved = 0;
  for (const Place place : {word.a, word.b, word.dst}) {
    if (!is_lm(place) || post_of(place) == PostModify::kNone) continue;
    const unsigned index = index_of(place);
    if ((moved >> index & 1) != 0) continue;
    moved |= 1u << index;
    const int32_t step = post_of(place) == PostModify::kIncrement ? 4 : -4;
    const Value old = map_.read(lm_loc(index));
    if (map_.is_constant(old)) {
      map_.write(lm_loc(index), map_.constant(map_.constant_of(old) + static_cast<uint32_t>(step)));
      continue;
    }
    const Value next = map_.fresh();
    out_.lea(map_.reg(next), x86::ptr(map_.reg(old).r64(), step));
    map_.write(lm_loc(index), next);
  }
}

void Emitter::store(const Destination& to, Value value) {
  map_.write(to.mirror, value);
  if (!to.is_lm) {
    map_.write(to.loc, value);
    return;
  }
  const auto base = static_cast<int32_t>(offsetof(Machine, lm) + 4 * to.lm_offset);
  const x86::Mem word =
      map_.is_constant(to.lm_address)
          ? x86::dword_ptr(kMachine,
                           base + static_cast<int32_t>(map_.constant_of(to.lm_address) % kLmBytes))
          : x86::dword_ptr(kMachine, map_.reg(to.lm_address).r64(), 0, base);
  if (map_.is_constant(value)) {
    out_.mov(word, map_.constant_of(value));
  } else {
    out_.mov(word, map_.reg(value));
  }
}

void Emitter::emit_csr_write(const Item& item) {
  const MicroOp& word = op(item);
  const unsigned index = word.value;  // row of the interpreter's table: index registers come first
  const Value given = source(word.a, word.a_imm);
  post_modify(word);
  if (map_.is_constant(given)) {
    map_.write(lm_loc(index), map_.constant(map_.constant_of(given) & ~3u));
  } else {
    const Value address = copy_of(given);
    out_.and_(map_.reg(address), ~3u);
    map_.write(lm_loc(index), address);
  }
  out_.mov(x86::rax, kDeadline);
  out_.sub(x86::rax, kRemaining);
  out_.add(x86::rax, item.cycles + 1 + kIndexLatency + 1);
  out_.mov(x86::qword_ptr(kSlot, 4 * usable_loc(index)), x86::rax);
  indices_[index] = {.written = true, .written_at = item.cycles};
}

}  // namespace fpc::jit
