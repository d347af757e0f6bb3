// Comparison of states: only what was read counts, scalars only as far as a path relied on them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/equal.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ebpf {

namespace {

// Values with equal ids in the old state must have equal ids in the current one.
class IdMap {
 public:
  bool accept(uint32_t old_id, uint32_t current_id) {
    for (const auto& [known, partner] : pairs_) {
      if (known == old_id) return partner == current_id && current_id != 0;
    }
    pairs_.emplace_back(old_id, current_id);
    return true;
  }

 private:
  std::vector<std::pair<uint32_t, uint32_t>> pairs_;
};

// One comparison of two states.
struct Comparison {
  Compare compare;
  IdMap ids = {};

  bool matters(const Marks& old) const {
    return compare == Compare::kEverything || (old.live & kLiveRead) != 0;
  }
};

bool scalar_covers(const Value& old, const Value& current, Comparison& comparison) {
  if (old.id != 0 && !comparison.ids.accept(old.id, current.id)) return false;
  return current.bounds.within(old.bounds);
}

bool packet_covers(const Value& old, const Value& current, Comparison& comparison) {
  if (old.range > current.range || old.off != current.off) return false;
  if (old.range < 0 && old.range != current.range) return false;
  if (old.id != 0 && !comparison.ids.accept(old.id, current.id)) return false;
  return current.bounds.within(old.bounds);
}

bool value_covers(const Value& old, const Value& current, Comparison& comparison) {
  switch (old.type) {
    case RegType::kScalar:
      return scalar_covers(old, current, comparison);
    case RegType::kMapValue:
    case RegType::kMapKey:
    case RegType::kMemory:
      return old.off == current.off && old.map == current.map && old.target == current.target &&
             (old.id == 0 || comparison.ids.accept(old.id, current.id)) &&
             current.bounds.within(old.bounds);
    case RegType::kMapValueOrNull:
    case RegType::kMemoryOrNull:
      return old.map == current.map && old.target == current.target && old.off == current.off &&
             old.bounds == current.bounds && comparison.ids.accept(old.id, current.id);
    case RegType::kPacket:
    case RegType::kPacketMeta:
      return packet_covers(old, current, comparison);
    default:
      return old == current;
  }
}

bool place_covers(const Held& old, const Value& current, Comparison& comparison) {
  if (!comparison.matters(old) || old.value->type == RegType::kNotInit) return true;
  if (old.value->type != current.type) return false;
  if (current.is_scalar() && !old.precise && comparison.compare == Compare::kReliedOn) return true;
  return value_covers(*old.value, current, comparison);
}

bool slot_covers(const StackSlot& old, const StackSlot* current, Comparison& comparison) {
  if (!comparison.matters(old.spilled)) return true;
  for (size_t i = 0; i < kSlotBytes; ++i) {
    if (old.bytes[i] == SlotByte::kInvalid) continue;
    if (current == nullptr) return false;
    const bool zero_for_misc =
        old.bytes[i] == SlotByte::kMisc && current->bytes[i] == SlotByte::kZero;
    if (old.bytes[i] != current->bytes[i] && !zero_for_misc) return false;
  }
  return !old.holds_spill() || place_covers(old.spilled, *current->spilled.value, comparison);
}

bool stack_covers(const Frame& old, const Frame& current, Comparison& comparison) {
  for (size_t i = 0; i < old.stack.size(); ++i) {
    const StackSlot* slot = i < current.stack.size() ? &current.stack[i] : nullptr;
    if (!slot_covers(old.stack[i], slot, comparison)) return false;
  }
  return true;
}

bool same_stack(const Frame& a, const Frame& b) {
  return std::equal(a.stack.begin(), a.stack.end(), b.stack.begin(), b.stack.end(),
                    [](const StackSlot& x, const StackSlot& y) {
                      return x.bytes == y.bytes &&
                             (!x.holds_spill() || *x.spilled.value == *y.spilled.value);
                    });
}

const Value& value_in(const State& state, size_t frame, unsigned reg) {
  const bool runs = frame + 1 == state.frames.size();
  return runs ? state.regs[reg] : *state.frames[frame]->regs[reg].value;
}

}  // namespace

bool covers(const KeptState& old, const State& current, Compare compare) {
  if (old.frames.size() != current.frames.size()) return false;
  Comparison comparison{compare};
  if ((old.lock != 0) != (current.lock != 0)) return false;
  if (old.lock != 0 && !comparison.ids.accept(old.lock, current.lock)) return false;
  for (size_t i = 0; i < old.frames.size(); ++i) {
    if (old.frames[i]->callsite != current.frames[i]->callsite) return false;
    for (unsigned r = 0; r < kRegisters; ++r) {
      if (!place_covers(old.frames[i]->regs[r], value_in(current, i, r), comparison)) return false;
    }
    if (!stack_covers(*old.frames[i], *current.frames[i], comparison)) return false;
  }
  return true;
}

bool is_same(const KeptState& old, const State& current) {
  if (old.frames.size() != current.frames.size() || old.rounds != current.rounds) return false;
  if (old.lock != current.lock) return false;
  for (size_t f = old.frames.size(); f-- > 0;) {  // what runs changes most
    const Frame& before = *old.frames[f];
    const Frame& now = *current.frames[f];
    for (unsigned i = 0; i < kFrameReg; ++i) {
      if (*before.regs[i].value != value_in(current, f, i)) return false;
    }
    if (before.callsite != now.callsite || !same_stack(before, now)) return false;
  }
  return true;
}

}  // namespace ebpf
