// A first-in first-out queue that allocates only while it grows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

namespace nic {

template <typename T>
class Ring {
 public:
  bool empty() const { return count_ == 0; }
  size_t size() const { return count_; }

  T& front() {
    assert(count_ != 0 && "front of an empty ring");
    return items_[first_];
  }

  // Item `index` from the front.
  T& operator[](size_t index) {
    assert(index < count_ && "index behind the end of a ring");
    return items_[(first_ + index) & (items_.size() - 1)];
  }

  void push(T item) {
    if (count_ == items_.size()) grow();
    items_[(first_ + count_++) & (items_.size() - 1)] = std::move(item);
  }

  void pop() {
    assert(count_ != 0 && "pop of an empty ring");
    first_ = (first_ + 1) & (items_.size() - 1);
    --count_;
  }

  void clear() { first_ = count_ = 0; }

 private:
  void grow() {
    std::vector<T> larger(items_.empty() ? 16 : items_.size() * 2);
    for (size_t i = 0; i < count_; ++i) larger[i] = std::move((*this)[i]);
    items_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> items_;  // a power of two
  size_t first_ = 0, count_ = 0;
};

}  // namespace nic
