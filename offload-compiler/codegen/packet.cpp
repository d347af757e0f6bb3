// Lowering of loads and stores of packets, the loads cached or single, and of map values.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/codegen/map_address.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kWordBytes = 4;
constexpr unsigned kAllBytes = 0b1111;

unsigned low_bytes(unsigned count) { return (1u << count) - 1; }
unsigned words_of(unsigned bytes) { return (bytes + kWordBytes - 1) / kWordBytes; }

// Bytes [from, from + count) of a transfer register, as the low bytes of a GPR.
void take_bytes(Emitter& out, unsigned gpr, unsigned count, unsigned xfer, unsigned from) {
  if (count == kWordBytes) return out.move(both(gpr), fpc::xfer(xfer));
  const Shift by = from == 0 ? Shift{} : shift_right(8 * from);
  out.field_clear(both(gpr), low_bytes(count), fpc::xfer(xfer), by);
}

// Bytes [from, ...) of a transfer register and what is missing from the next one.
void take_split(Emitter& out, unsigned gpr, unsigned count, unsigned xfer, unsigned from) {
  const unsigned here = kWordBytes - from;
  out.field_clear(both(gpr), low_bytes(here), fpc::xfer(xfer), shift_right(8 * from));
  out.field(both(gpr), low_bytes(count) & ~low_bytes(here) & kAllBytes, fpc::xfer(xfer + 1),
            shift_left(8 * here));
}

void load_from_cache(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const unsigned size = access_bytes(insn);
  const auto distance = static_cast<unsigned>(insn.off - planned.cache.start);
  const unsigned xfer = distance / kWordBytes, from = distance % kWordBytes;
  const unsigned dst = low(insn.dst);
  for (unsigned half = 0; half * kWordBytes < size; ++half) {
    const unsigned count = size < kWordBytes ? size : kWordBytes;
    if (from + count <= kWordBytes) {
      take_bytes(out, dst + half, count, xfer + half, from);
    } else {
      take_split(out, dst + half, count, xfer + half, from);
    }
  }
  if (size < 8) lowering.zero_extend(planned, insn.dst);
}

// A read into transfer registers from 0 on; beyond eight words the length comes from the word
// before.
void read_words(Emitter& out, fpc::AddressMode mode, fpc::Operand a, fpc::Operand b,
                unsigned bytes) {
  const unsigned words = words_of(bytes);
  if (words > 8) out.length_override(words);
  out.command({.op = Op::kMemRead32Swap,
               .mode = mode,
               .a = a,
               .b = b,
               .length = words,
               .indirect = words > 8});
}

// The register pair gets what the transfer registers start with.
void take_result(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const unsigned size = access_bytes(insn);
  for (unsigned half = 0; half * kWordBytes < size; ++half)
    take_bytes(lowering.out, low(insn.dst) + half, size < kWordBytes ? size : kWordBytes, half, 0);
  if (size < 8) lowering.zero_extend(planned, insn.dst);
}

// The second word of a constant keeps a half of the register's other side, so that two words need a register that has one.
void store_constant(Lowering& lowering, unsigned xfer, uint32_t value) {
  if (!lowering.plan.fixes(Defect::kStoreImmediate))
    return lowering.out.constant(fpc::xfer(xfer), value);
  lowering.out.constant(kScratchA, value);
  lowering.out.move(fpc::xfer(xfer), kScratchA);
}

// What a store stores, in transfer registers from 0 on.
void put_source(Lowering& lowering, const ebpf::Insn& insn) {
  for (unsigned half = 0; half * kWordBytes < access_bytes(insn); ++half) {
    if (is_register_store(insn)) {
      lowering.out.move(fpc::xfer(half), gpr_a(low(insn.src) + half));
    } else {
      const uint32_t upper = insn.imm < 0 ? ~uint32_t{0} : 0;
      store_constant(lowering, half, half == 0 ? static_cast<uint32_t>(insn.imm) : upper);
    }
  }
}

}  // namespace

void lower_packet_load(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const bool cached = planned.cache.end != 0;
  if (!cached || planned.cache.reads) {
    const int32_t start = cached ? planned.cache.start : insn.off;
    const auto bytes = cached ? static_cast<unsigned>(planned.cache.end - planned.cache.start)
                              : access_bytes(insn);
    const fpc::Operand offset = out.restricted_operand(static_cast<uint32_t>(start), kScratchB);
    read_words(out, fpc::AddressMode::kAPlusB, gpr_a(low(insn.src)), offset, bytes);
  }
  cached ? load_from_cache(lowering, planned) : take_result(lowering, planned);
}

void lower_map_load(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const MapAddress address = map_address(lowering, insn.src, insn.off);
  read_words(lowering.out, fpc::AddressMode::kBShift8PlusA, address.low, address.high,
             access_bytes(insn));
  take_result(lowering, planned);
}

void lower_packet_store(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const fpc::Operand offset =
      out.restricted_operand(static_cast<uint32_t>(int32_t{insn.off}), kScratchB);
  put_source(lowering, insn);
  out.command({.op = Op::kMemWrite8Swap,
               .a = gpr_a(low(insn.dst)),
               .b = offset,
               .length = access_bytes(insn)});
}

// The driver has none. The address comes last, for a constant may spend a scratch register.
void lower_map_store(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  put_source(lowering, insn);
  const MapAddress address = map_address(lowering, insn.dst, insn.off);
  lowering.out.command({.op = Op::kMemWrite8Swap,
                        .mode = fpc::AddressMode::kBShift8PlusA,
                        .a = address.low,
                        .b = address.high,
                        .length = access_bytes(insn)});
}

}  // namespace offload
