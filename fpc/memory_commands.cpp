// perform(): memory commands as moves between transfer registers and bytes (nfp-isa 12.3, 12.5).
// SPDX-License-Identifier: Apache-2.0
//
// Choices where the sources are silent: `read` and `write` move 8-byte units as two words each and
// swap within words, as their 32-bit forms do; bytes of the last register that read8 does not fill
// become 0; atomics beyond add follow their names and share add's form: xfer0 low word, xfer1 high
// word, each word big endian in memory, low word at the lower address.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/bits.h"
#include "fpc/isa.h"
#include "fpc/memory.h"

namespace fpc {
namespace {

// New value of an atomic's word; `limit` is the largest value of its width.
using Combine = uint64_t (*)(uint64_t old, uint64_t operand, uint64_t limit);

constexpr uint64_t replace(uint64_t, uint64_t x, uint64_t) { return x; }
constexpr uint64_t set_bits(uint64_t old, uint64_t x, uint64_t) { return old | x; }
constexpr uint64_t clear_bits(uint64_t old, uint64_t x, uint64_t) { return old & ~x; }
constexpr uint64_t flip_bits(uint64_t old, uint64_t x, uint64_t) { return old ^ x; }
constexpr uint64_t add(uint64_t old, uint64_t x, uint64_t limit) { return (old + x) & limit; }
constexpr uint64_t subtract(uint64_t old, uint64_t x, uint64_t limit) { return (old - x) & limit; }
constexpr uint64_t add_saturating(uint64_t old, uint64_t x, uint64_t limit) {
  return x > limit - old ? limit : old + x;
}
constexpr uint64_t subtract_saturating(uint64_t old, uint64_t x, uint64_t) {
  return old > x ? old - x : 0;
}

struct Access {
  enum Shape : uint8_t { kOther, kRead, kWrite, kAtomic };
  Shape shape = kOther;
  uint8_t unit_bytes = 4;
  bool little_endian = false;  // of bulk words: first byte is the least significant
  bool returns_old = false;
  Combine combine = nullptr;
};

constexpr auto kAccesses = [] {
  std::array<Access, kOpCount> table;
  table.fill(Access{});  // g++ 12 forgets default members of `table{}` in a constant
  const auto row = [&](Op op) -> Access& { return table[static_cast<unsigned>(op)]; };
  row(Op::kMemRead) = {Access::kRead, 8};
  row(Op::kMemReadSwap) = {Access::kRead, 8, true};
  row(Op::kMemRead32) = row(Op::kMemAtomicRead) = {Access::kRead, 4};
  row(Op::kMemRead32Swap) = {Access::kRead, 4, true};
  row(Op::kMemRead8) = {Access::kRead, 1};
  row(Op::kMemWrite) = {Access::kWrite, 8};
  row(Op::kMemWriteSwap) = {Access::kWrite, 8, true};
  row(Op::kMemWrite32) = row(Op::kMemAtomicWrite) = {Access::kWrite, 4};
  row(Op::kMemWrite32Swap) = {Access::kWrite, 4, true};
  row(Op::kMemWrite8) = {Access::kWrite, 1};
  row(Op::kMemWrite8Swap) = {Access::kWrite, 1, true};
  const auto atomic = [&](Combine combine, Op op, Op op_imm, Op test, Op test_imm) {
    row(op) = row(op_imm) = {Access::kAtomic, 4, false, false, combine};
    row(test) = row(test_imm) = {Access::kAtomic, 4, false, true, combine};
  };
  atomic(set_bits, Op::kMemSet, Op::kMemSetImm, Op::kMemTestSet, Op::kMemTestSetImm);
  atomic(clear_bits, Op::kMemClr, Op::kMemClrImm, Op::kMemTestClr, Op::kMemTestClrImm);
  atomic(flip_bits, Op::kMemXor, Op::kMemXorImm, Op::kMemTestXor, Op::kMemTestXorImm);
  atomic(add, Op::kMemAdd, Op::kMemAddImm, Op::kMemTestAdd, Op::kMemTestAddImm);
  atomic(subtract, Op::kMemSub, Op::kMemSubImm, Op::kMemTestSub, Op::kMemTestSubImm);
  atomic(add_saturating, Op::kMemAddSat, Op::kMemAddSatImm, Op::kMemTestAddSat,
         Op::kMemTestAddSatImm);
  atomic(subtract_saturating, Op::kMemSubSat, Op::kMemSubSatImm, Op::kMemTestSubSat,
         Op::kMemTestSubSatImm);
  row(Op::kMemAtomicWriteImm) = {Access::kAtomic, 4, false, false, replace};
  row(Op::kMemSwap) = row(Op::kMemSwapImm) = {Access::kAtomic, 4, false, true, replace};
  return table;
}();

constexpr const Access& access_of(Op op) { return kAccesses[static_cast<unsigned>(op)]; }

constexpr unsigned kMaxBytes = kXferRegs * 4;

// Words between registers and memory, two at a time; `size` is a multiple of 4.
void copy_words(const void* from, void* to, size_t size, bool as_they_are) {
  const auto* source = static_cast<const uint8_t*>(from);
  auto* target = static_cast<uint8_t*>(to);
  for (; size >= 8; size -= 8, source += 8, target += 8) {
    const auto pair = base::load_le<uint64_t>(source);
    base::store_le(target, as_they_are ? pair : std::rotl(base::byte_swap(pair), 32));
  }
  if (size == 0) return;
  const auto last = base::load_le<uint32_t>(source);
  base::store_le(target, as_they_are ? last : base::byte_swap(last));
}

// `there`: what find() said of the bytes; where it shows them no word is spoiled.
bool load(uint64_t address, const uint8_t* there, std::span<uint8_t> to, const ByteStore& store) {
  if (there != nullptr) {
    std::memcpy(to.data(), there, to.size());
    return true;
  }
  if (store.find_spoiled(address, to.size()) != nullptr) return false;
  store.read(address, to);
  return true;
}

bool save(uint64_t address, uint8_t* there, std::span<const uint8_t> from, ByteStore& store) {
  if (there != nullptr) {
    std::memcpy(there, from.data(), from.size());
    return true;
  }
  return store.find_spoiled(address, from.size()) == nullptr && store.write(address, from);
}

[[gnu::hot]] bool read_bulk(uint64_t address, const MemoryCommand& command, const Access& access,
                            ContextState& context, const ByteStore& store) {
  const size_t size = size_t{command.length} * access.unit_bytes;
  uint32_t* const to = context.xfer_in.data() + command.xfer;
  const uint8_t* const there = store.find(address, size);
  if (there != nullptr && size % 4 == 0) [[likely]] {
    copy_words(there, to, size, access.little_endian);
    return true;
  }
  std::array<uint8_t, kMaxBytes> bytes;
  const size_t padded = size_t{4} * xfer_registers(command);
  std::fill_n(bytes.begin(), padded, uint8_t{0});
  if (!load(address, there, std::span(bytes).first(size), store)) return false;
  copy_words(bytes.data(), to, padded, access.little_endian);
  return true;
}

[[gnu::hot]] bool write_bulk(uint64_t address, const MemoryCommand& command, const Access& access,
                             const ContextState& context, ByteStore& store) {
  const size_t size = size_t{command.length} * access.unit_bytes;
  const uint32_t* const from = context.xfer_out.data() + command.xfer;
  uint8_t* const there = store.find(address, size);
  if (there != nullptr && size % 4 == 0) [[likely]] {
    copy_words(from, there, size, access.little_endian);
    return true;
  }
  std::array<uint8_t, kMaxBytes> bytes;
  copy_words(from, bytes.data(), size_t{4} * xfer_registers(command), access.little_endian);
  return save(address, there, std::span(bytes).first(size), store);
}

[[gnu::hot]] bool update_atomic(uint64_t address, const MemoryCommand& command,
                                const Access& access, ContextState& context, ByteStore& store) {
  if (spec(command.op).has(flag::kTakesData) && !command.has_data16) return false;
  std::array<uint8_t, 8> bytes{};
  const auto used = std::span(bytes).first(command.is64 ? 8 : 4);
  uint8_t* const there = store.find(address, used.size());
  if (!load(address, there, used, store)) return false;
  const uint64_t limit = command.is64 ? ~uint64_t{0} : 0xffff'ffff;
  const auto join = [&](uint32_t low, uint32_t high) {
    return (low | (uint64_t{high} << 32)) & limit;
  };
  const uint64_t old =
      join(base::load_be<uint32_t>(bytes.data()), base::load_be<uint32_t>(bytes.data() + 4));
  const unsigned second = command.xfer + (command.is64 ? 1u : 0u);
  const uint64_t operand = command.has_data16
                               ? command.data16
                               : join(context.xfer_out[command.xfer], context.xfer_out[second]);
  const uint64_t value = access.combine(old, operand, limit);
  base::store_be(bytes.data(), static_cast<uint32_t>(value));
  base::store_be(bytes.data() + 4, static_cast<uint32_t>(value >> 32));
  if (!save(address, there, used, store)) return false;
  if (!access.returns_old) return true;
  context.xfer_in[second] = static_cast<uint32_t>(old >> 32);
  context.xfer_in[command.xfer] = static_cast<uint32_t>(old);
  return true;
}

}  // namespace

constexpr std::array<uint8_t, 256> kUnitBytes = [] {
  std::array<uint8_t, 256> bytes{};
  for (unsigned op = 0; op < kAccesses.size(); ++op)
    if (kAccesses[op].shape != Access::kAtomic) bytes[op] = kAccesses[op].unit_bytes;
  return bytes;
}();

bool perform(const MemoryCommand& command, ContextState& context, ByteStore& store) {
  return perform_at(command.address, command, context, store);
}

[[gnu::hot]] bool perform_at(uint64_t address, const MemoryCommand& command, ContextState& context,
                             ByteStore& store) {
  if (command.xfer + xfer_registers(command) > kXferRegs) return false;
  const Access& access = access_of(command.op);
  switch (access.shape) {
    case Access::kOther:
      return false;
    case Access::kRead:
      return read_bulk(address, command, access, context, store);
    case Access::kWrite:
      return write_bulk(address, command, access, context, store);
    case Access::kAtomic:
      return update_atomic(address, command, access, context, store);
  }
  return false;
}

bool settle_spoiled(uint64_t address, const MemoryCommand& command, ByteStore& store,
                    SpoiledCounts& counts) {
  const unsigned size = command_bytes(command);
  const bool overwrites = access_of(command.op).shape == Access::kWrite;
  while (const auto* word = store.find_spoiled(address, size)) {
    const auto [at, bits] = *word;
    const bool is_whole = at >= address && at + ByteStore::kEccBytes <= address + size;
    if (!overwrites || !is_whole) {
      if (bits > 1) {
        ++counts.uncorrectable;
        return false;
      }
      ++counts.corrected;
    }
    store.mend(at, ByteStore::kEccBytes);
  }
  return true;
}

}  // namespace fpc
