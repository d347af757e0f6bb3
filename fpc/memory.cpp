// ByteStore: pages of a sparse 40-bit memory.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/memory.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "base/bits.h"

namespace fpc {
namespace {

constexpr uint64_t kAddressMask = (uint64_t{1} << 40) - 1;

// Splits [address, address + size) at page boundaries and at the wrap from 2^40 to 0; `visit`
// returns false to stop.
template <typename Visit>
bool for_each_piece(uint64_t address, size_t size, Visit visit) {
  for (size_t done = 0; done < size;) {
    const uint64_t at = (address + done) & kAddressMask;
    const uint64_t offset = at % ByteStore::kPageBytes;
    const size_t piece = std::min<size_t>(size - done, ByteStore::kPageBytes - offset);
    if (!visit(at, offset, done, piece)) return false;
    done += piece;
  }
  return true;
}

}  // namespace

uint8_t* ByteStore::page(uint64_t address) const {
  const uint64_t number = address >> kPageBits;
  const Recent& recent = recent_of(number);
  if (number == recent.number) return recent.page;
  const auto found = pages_.find(number);
  if (found == pages_.end()) return nullptr;
  uint8_t* const bytes = found->second.get();
  if (find_spoiled(number << kPageBits, kPageBytes) == nullptr) recent_of(number) = {number, bytes};
  return bytes;
}

uint8_t* ByteStore::make_page(uint64_t address) {
  if (uint8_t* present = page(address)) return present;
  if (pages_.size() >= max_pages_) return nullptr;
  std::shared_ptr<Page> fresh(new (std::nothrow) Page);
  if (!fresh) return nullptr;
  fresh->bytes.fill(0);
  const uint64_t number = address >> kPageBits;
  uint8_t* const bytes = fresh->bytes.data();
  recent_of(number) = {number, bytes};
  pages_.emplace(number, std::shared_ptr<uint8_t[]>(fresh, bytes));
  return bytes;
}

[[gnu::hot]] void ByteStore::read(uint64_t address, std::span<uint8_t> to) const {
  if (to.empty()) return;
  if (const uint8_t* there = find(address, to.size())) {
    std::memcpy(to.data(), there, to.size());
    return;
  }
  for_each_piece(address, to.size(), [&](uint64_t at, uint64_t offset, size_t done, size_t piece) {
    if (const uint8_t* from = page(at)) {
      std::memcpy(to.data() + done, from + offset, piece);
    } else {
      std::memset(to.data() + done, 0, piece);
    }
    return true;
  });
}

[[gnu::hot]] bool ByteStore::write(uint64_t address, std::span<const uint8_t> from) {
  if (from.empty()) return true;
  if (uint8_t* there = find(address, from.size())) {
    std::memcpy(there, from.data(), from.size());
    return true;
  }
  const bool room = for_each_piece(
      address, from.size(),
      [&](uint64_t at, uint64_t, size_t, size_t) { return make_page(at) != nullptr; });
  if (!room) return false;
  return for_each_piece(address, from.size(),
                        [&](uint64_t at, uint64_t offset, size_t done, size_t piece) {
                          std::memcpy(page(at) + offset, from.data() + done, piece);
                          return true;
                        });
}

void ByteStore::clear(uint64_t address, uint64_t size) {
  mend(address, size);
  for_each_piece(address, size, [&](uint64_t at, uint64_t offset, size_t, size_t piece) {
    if (piece == kPageBytes) {
      pages_.erase(at >> kPageBits);
    } else if (uint8_t* there = page(at)) {
      std::memset(there + offset, 0, piece);
    }
    return true;
  });
  recent_ = {};
}

bool ByteStore::share(uint64_t address, std::shared_ptr<uint8_t[]> memory, uint64_t size) {
  assert(address % kPageBytes == 0 && size % kPageBytes == 0 && "whole pages");
  clear(address, size);
  if (size / kPageBytes > max_pages_ - pages_.size()) return false;
  for (uint64_t at = 0; at < size; at += kPageBytes)
    pages_[(address + at) >> kPageBits] = {memory, memory.get() + at};
  return true;
}

bool ByteStore::spoil(uint64_t address, unsigned bits) {
  assert(bits != 0 && "a word goes wrong in a bit at least");
  const uint64_t word = address & kAddressMask & ~(kEccBytes - 1);
  if (make_page(word) == nullptr) return false;
  spoiled_[word] = bits;
  recent_of(word >> kPageBits) = {};
  return true;
}

const std::pair<const uint64_t, unsigned>* ByteStore::find_spoiled(uint64_t address,
                                                                   uint64_t size) const {
  if (spoiled_.empty()) return nullptr;
  const auto found = spoiled_.lower_bound(address & ~(kEccBytes - 1));
  return found == spoiled_.end() || found->first >= address + size ? nullptr : &*found;
}

void ByteStore::mend(uint64_t address, uint64_t size) {
  spoiled_.erase(spoiled_.lower_bound(address & ~(kEccBytes - 1)),
                 spoiled_.lower_bound(address + size));
}

uint32_t ByteStore::read32(uint64_t address) const {
  uint8_t bytes[4];
  read(address, bytes);
  return base::load_le<uint32_t>(bytes);
}

bool ByteStore::write32(uint64_t address, uint32_t value) {
  uint8_t bytes[4];
  base::store_le(bytes, value);
  return write(address, bytes);
}

}  // namespace fpc
