// Host registers for values: loaded when first read, stored when evicted or at an exit.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/value_map.h"

#include <algorithm>
#include <cassert>

namespace fpc::jit {
namespace {

using namespace asmjit;

constexpr uint8_t kPool[kPoolRegisters] = {x86::Gp::kIdSi, x86::Gp::kIdDi,  x86::Gp::kIdR8,
                                           x86::Gp::kIdR9, x86::Gp::kIdR10, x86::Gp::kIdR11,
                                           x86::Gp::kIdR13};

size_t core_offset(Loc loc) {
  switch (loc) {
    case kNzLoc:
      return offsetof(Machine, nz);
    case kPrevALoc:
      return offsetof(Machine, prev_a);
    case kPrevRLoc:
      return offsetof(Machine, prev_r);
    case kMulALoc:
      return offsetof(Machine, mul) + offsetof(MulLatch, a);
    case kCsrLoc:
      return offsetof(Machine, csr_value);
    default:
      assert(loc == kMulBLoc);
      return offsetof(Machine, mul) + offsetof(MulLatch, b);
  }
}

}  // namespace

x86::Mem home_of(Loc loc) {
  if (loc < kSlotLocs) return x86::dword_ptr(kSlot, 4 * loc);
  return x86::dword_ptr(kMachine, static_cast<int32_t>(core_offset(loc)));
}

void emit_store(x86::Assembler& out, const Store& store) {
  if (store.is_constant) {
    out.mov(home_of(store.loc), store.constant);
  } else {
    out.mov(home_of(store.loc), x86::gpd(store.reg));
  }
}

x86::Gp ValueMap::reg(Value v) const {
  assert(!is_constant(v) && entries_[v].reg >= 0);
  return x86::gpd(kPool[static_cast<unsigned>(entries_[v].reg)]);
}

void ValueMap::touch(Value value) {
  Entry& entry = entries_[value];
  entry.used = ++clock_;
  if (entry.pinned) return;
  entry.pinned = true;
  pinned_.push_back(value);
}

Value ValueMap::add(const Entry& entry) {
  const auto value = static_cast<Value>(entries_.size());
  entries_.push_back(entry);
  if (entry.reg >= 0) owners_[static_cast<unsigned>(entry.reg)] = value;
  touch(value);
  return value;
}

Value ValueMap::constant(uint32_t value) { return add({.is_constant = true, .constant = value}); }

Value ValueMap::fresh() { return add({.reg = take_register()}); }

Value ValueMap::in_register(Value v) {
  if (!is_constant(v)) return v;
  const Value copy = fresh();
  out_.mov(reg(copy), constant_of(v));
  return copy;
}

Value ValueMap::read(Loc loc) {
  if (loc == kZeroLoc) return constant(0);
  if (const Value known = bindings_[loc].value) {
    touch(known);
    return known;
  }
  const Value value = fresh();
  out_.mov(reg(value), home_of(loc));
  bindings_[loc] = {value, false};
  entries_[value].places = 1;
  bound_.push_back(loc);
  return value;
}

void ValueMap::write(Loc loc, Value value) {
  if (loc == kSinkLoc) return;
  touch(value);
  unbind(loc);
  bindings_[loc] = {value, true};
  ++entries_[value].places;
  bound_.push_back(loc);
}

void ValueMap::unbind(Loc loc) {
  const Value old = bindings_[loc].value;
  if (old == 0) return;
  bindings_[loc] = {};
  std::erase(bound_, loc);
  Entry& entry = entries_[old];
  if (--entry.places > 0 || entry.pinned || entry.reg < 0) return;
  owners_[static_cast<unsigned>(entry.reg)] = 0;
  entry.reg = -1;
}

void ValueMap::evict(Value value) {
  const std::vector<Loc> bound = bound_;
  for (const Loc loc : bound) {
    const Binding binding = bindings_[loc];
    if (binding.value != value) continue;
    if (binding.dirty) out_.mov(home_of(loc), reg(value));
    bindings_[loc] = {};
    std::erase(bound_, loc);
  }
  Entry& entry = entries_[value];
  entry.places = 0;
  owners_[static_cast<unsigned>(entry.reg)] = 0;
  entry.reg = -1;
}

int8_t ValueMap::take_register() {
  for (unsigned r = 0; r < kRegs; ++r)
    if (owners_[r] == 0) return static_cast<int8_t>(r);
  Value oldest = 0;
  for (const Value owner : owners_) {
    if (entries_[owner].pinned) continue;
    if (oldest == 0 || entries_[owner].used < entries_[oldest].used) oldest = owner;
  }
  assert(oldest != 0 && "a word needs fewer registers than there are");
  const int8_t freed = entries_[oldest].reg;
  evict(oldest);
  return freed;
}

void ValueMap::end_word() {
  for (const Value value : pinned_) {
    Entry& entry = entries_[value];
    entry.pinned = false;
    if (entry.places > 0 || entry.reg < 0) continue;
    owners_[static_cast<unsigned>(entry.reg)] = 0;
    entry.reg = -1;
  }
  pinned_.clear();
}

std::vector<Store> ValueMap::pending() const {
  std::vector<Store> stores;
  for (const Loc loc : bound_) {
    const Binding& binding = bindings_[loc];
    if (!binding.dirty) continue;
    const Entry& entry = entries_[binding.value];
    stores.push_back({loc, entry.is_constant, entry.constant,
                      entry.is_constant ? uint8_t{0} : kPool[static_cast<unsigned>(entry.reg)]});
  }
  return stores;
}

}  // namespace fpc::jit
