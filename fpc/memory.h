// What a memory command does to bytes: the functional half of every memory of the card, without time.
// SPDX-License-Identifier: Apache-2.0
//
// ByteStore is a sparse byte-addressed memory: pages appear when written, unwritten bytes read as zero.
// perform() applies one command to a store, moving data between it and the context's transfer registers
// (nfp-isa 12.3 byte order, 12.5 atomics). Pages can be capped so that no program exhausts the host.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fpc/core.h"

namespace fpc {

class ByteStore {
 public:
  static constexpr unsigned kPageBits = 16;
  static constexpr uint64_t kPageBytes = uint64_t{1} << kPageBits;

  explicit ByteStore(uint64_t max_bytes = uint64_t{4} << 30) : max_pages_(max_bytes >> kPageBits) {}

  void read(uint64_t address, std::span<uint8_t> to) const;
  // false: the page budget is spent, nothing was written.
  [[nodiscard]] bool write(uint64_t address, std::span<const uint8_t> from);

  // These bytes are zero again; pages that they fill are given back.
  void clear(uint64_t address, uint64_t size);

  // From now on these whole pages, which nobody uses, are `memory`, until they are cleared. false: the page budget is spent.
  [[nodiscard]] bool share(uint64_t address, std::shared_ptr<uint8_t[]> memory, uint64_t size);

  // The bytes themselves when they lie in one page that was touched lately, else nullptr. Valid until clear() or the store's end.
  uint8_t* find(uint64_t address, size_t size) const {
    const uint64_t offset = address % kPageBytes;
    const Recent& recent = recent_of(address >> kPageBits);
    if (recent.number != address >> kPageBits || offset + size > kPageBytes) return nullptr;
    return recent.page + offset;
  }

  // Cells that fail: so many stored bits (1 or more) of the word of kEccBytes around `address` are wrong, until it is mended or
  // cleared. The bytes here stay right, but find() does not show their page, and perform_at() refuses what touches the word.
  // false: the page budget is spent.
  static constexpr uint64_t kEccBytes = 8;
  [[nodiscard]] bool spoil(uint64_t address, unsigned bits);
  void mend(uint64_t address, uint64_t size);  // every word that holds one of these bytes
  // The first word that mend() would mend, and its wrong bits; nullptr: there is none.
  const std::pair<const uint64_t, unsigned>* find_spoiled(uint64_t address, uint64_t size) const;

  uint32_t read32(uint64_t address) const;  // little endian
  [[nodiscard]] bool write32(uint64_t address, uint32_t value);
  uint64_t resident_bytes() const { return pages_.size() << kPageBits; }

 private:
  struct Recent {
    uint64_t number = ~uint64_t{0};
    uint8_t* page = nullptr;
  };
  static constexpr unsigned kRecent = 64;
  Recent& recent_of(uint64_t number) const { return recent_[number % kRecent]; }

  // Begins at a line of the host's caches. The lines behind it keep the same place of neighbouring pages out of the same set.
  struct alignas(64) Page {
    std::array<uint8_t, kPageBytes> bytes;
    std::array<uint8_t, 33 * 64> unused;
  };

  uint8_t* page(uint64_t address) const;  // nullptr if absent
  uint8_t* make_page(uint64_t address);   // nullptr if over budget

  std::unordered_map<uint64_t, std::shared_ptr<uint8_t[]>> pages_;
  std::map<uint64_t, unsigned>
      spoiled_;  // wrong bits by address; their pages are never recent ones
  mutable std::array<Recent, kRecent>
      recent_;  // pages last touched, by the last bits of their numbers
  uint64_t max_pages_;
};

// Atomics read, combine and write one 32- or 64-bit number; everything else with a byte meaning moves `length` units.
extern const std::array<uint8_t, 256> kUnitBytes;  // by Op; of an atomic 0
inline bool is_atomic(Op op) { return kUnitBytes[static_cast<uint8_t>(op)] == 0; }

inline unsigned command_bytes(const MemoryCommand& command) {
  const unsigned unit = kUnitBytes[static_cast<uint8_t>(command.op)];
  return unit != 0 ? command.length * unit : command.is64 ? 8u : 4u;
}

// Transfer registers that the command's data occupies, from command.xfer on.
inline unsigned xfer_registers(const MemoryCommand& command) {
  return (command_bytes(command) + 3) / 4;
}

// false: the command is not one that a byte memory performs (its transfer registers run past the last one, an immediate form
// comes without its data), or the store is full. Nothing has changed then.
[[nodiscard]] bool perform(const MemoryCommand& command, ContextState& context, ByteStore& store);
// The same at another address than the command's.
[[nodiscard]] bool perform_at(uint64_t address, const MemoryCommand& command, ContextState& context,
                              ByteStore& store);

// What a command that perform_at() refused makes of spoiled words: one that it overwrites as a whole is good again, and so is one with
// a single wrong bit, which is corrected and written back. true: all are, and the command can be performed.
struct SpoiledCounts {
  uint64_t corrected = 0;      // words with one wrong bit
  uint64_t uncorrectable = 0;  // commands that met a word with more
};
bool settle_spoiled(uint64_t address, const MemoryCommand& command, ByteStore& store,
                    SpoiledCounts& counts);

}  // namespace fpc
