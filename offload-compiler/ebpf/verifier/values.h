// What is known of a register's content, and the pool in which the states of all paths share equal values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/bounds.h"

namespace ebpf {

struct Value {
  RegType type = RegType::kNotInit;
  int32_t off = 0;              // as in RegState
  int32_t range = 0;            // packet pointers: bytes proven readable, or negative (state.h)
  uint32_t map = 0, frame = 0;  // as in RegState
  uint32_t target = 0;          // kMemory*: size; kFunction: the subprogram
  uint32_t id = 0;
  Bounds bounds;
  bool operator==(const Value&) const = default;

  bool is_pointer() const { return type != RegType::kScalar && type != RegType::kNotInit; }
  bool is_scalar() const { return type == RegType::kScalar; }
  bool is_packet() const { return type == RegType::kPacket || type == RegType::kPacketMeta; }
  bool is_any_packet() const { return is_packet() || type == RegType::kPacketEnd; }
  bool is_or_null() const {
    return type == RegType::kMapValueOrNull || type == RegType::kMemoryOrNull;
  }
  bool is_null_constant() const { return is_scalar() && tnum::equals(bounds.var_off, 0); }

  RegState state() const;
};

// A value that never changes, shared by all who hold it. Nothing held is a register that was never written.
class ValueRef {
 public:
  ValueRef() = default;
  ValueRef(const ValueRef& other) : node_(other.node_) {
    if (node_ != nullptr) ++node_->holders;
  }
  ValueRef(ValueRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  ValueRef& operator=(ValueRef other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~ValueRef() {
    if (node_ != nullptr && --node_->holders == 0) node_->free->push_back(node_);
  }

  const Value& operator*() const { return node_ != nullptr ? node_->value : kNotWritten; }
  const Value* operator->() const { return &**this; }

 private:
  friend class Values;
  struct Node {
    std::vector<Node*>* free;  // where it goes when nobody holds it
    uint32_t holders;
    Value value;
  };
  static const Value kNotWritten;

  explicit ValueRef(Node* node) : node_(node) { ++node_->holders; }

  Node* node_ = nullptr;
};

// Outlives every ValueRef that it gave out.
class Values {
 public:
  ValueRef share(const Value& value);
  size_t bytes() const { return blocks_.size() * kBlock * sizeof(Node); }

 private:
  using Node = ValueRef::Node;
  static constexpr size_t kBlock = 64, kRecent = 256;

  Node* allocate();

  std::vector<std::unique_ptr<Node[]>> blocks_;
  std::vector<Node*> free_;
  std::array<ValueRef, kRecent> recent_;  // by hash: what was shared last
};

}  // namespace ebpf
