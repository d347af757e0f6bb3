// The pool of values: a value that was shared a moment ago is found again, all others get a place of their own.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/values.h"

#include <algorithm>

namespace ebpf {

namespace {

// The products do not wait for each other.
uint64_t hash(const Value& value) {
  const Bounds& b = value.bounds;
  const uint64_t kind = uint64_t{value.id} << 8 | static_cast<uint64_t>(value.type);
  const uint64_t place = static_cast<uint64_t>(int64_t{value.off} ^ int64_t{value.range} << 32);
  const uint64_t sum = kind * 0x9e3779b97f4a7c15u + place * 0xc2b2ae3d27d4eb4fu +
                       b.var_off.value * 0x165667b19e3779f9u +
                       b.var_off.mask * 0xff51afd7ed558ccdu + b.umin * 0xd6e8feb86659fd93u +
                       b.umax * 0xa0761d6478bd642fu +
                       static_cast<uint64_t>(b.smax) * 0xe7037ed1a0b428dbu;
  return sum ^ sum >> 32;
}

}  // namespace

const Value ValueRef::kNotWritten;

RegState Value::state() const {
  RegState out;
  out.type = type;
  out.off = off;
  out.var_off = bounds.var_off;
  out.umin = bounds.umin;
  out.umax = bounds.umax;
  out.smin = bounds.smin;
  out.smax = bounds.smax;
  out.u32_min = bounds.u32_min;
  out.u32_max = bounds.u32_max;
  out.s32_min = bounds.s32_min;
  out.s32_max = bounds.s32_max;
  out.id = id;
  out.range = static_cast<uint16_t>(std::max(range, 0));
  out.map = map;
  out.frame = frame;
  out.bytes = target;
  return out;
}

Values::Node* Values::allocate() {
  if (free_.empty()) {
    blocks_.push_back(std::make_unique_for_overwrite<Node[]>(kBlock));
    Node* const block = blocks_.back().get();
    for (size_t i = kBlock; i-- > 0;) free_.push_back(block + i);
  }
  Node* const node = free_.back();
  free_.pop_back();
  return node;
}

ValueRef Values::share(const Value& value) {
  if (value.type == RegType::kNotInit) return {};
  ValueRef& recent = recent_[hash(value) % kRecent];
  if (recent.node_ != nullptr && *recent == value) return recent;
  Node* const node = allocate();
  node->free = &free_;
  node->holders = 0;
  node->value = value;
  recent = ValueRef(node);
  return recent;
}

}  // namespace ebpf
