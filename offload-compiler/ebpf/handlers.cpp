// Executes instructions: one handler per row of bpf.def, stamped from the row's opcode bits.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>

#include <array>
#include <cstring>
#include <utility>

#include "offload-compiler/ebpf/alu.h"
#include "offload-compiler/ebpf/machine.h"

namespace ebpf {
namespace {

enum Class : uint8_t {
  kLd = 0,
  kLdx = 1,
  kSt = 2,
  kStx = 3,
  kAlu32 = 4,
  kJmp = 5,
  kJmp32 = 6,
  kAlu64 = 7
};
enum Mode : uint8_t {
  kImm = 0x00,
  kAbs = 0x20,
  kInd = 0x40,
  kMem = 0x60,
  kMemSx = 0x80,
  kAtomic = 0xc0
};

constexpr uint8_t class_of(uint8_t opcode) { return opcode & 0x07; }
constexpr uint8_t mode_of(uint8_t opcode) { return opcode & 0xe0; }
constexpr uint8_t operation_of(uint8_t opcode) { return opcode & 0xf0; }
constexpr bool has_register_operand(uint8_t opcode) { return (opcode & 0x08) != 0; }

template <uint8_t kOpcode>
constexpr uint32_t access_bytes() {
  constexpr uint8_t kSize = kOpcode & 0x18;
  return kSize == 0x00 ? 4 : kSize == 0x08 ? 2 : kSize == 0x10 ? 1 : 8;
}

template <uint8_t kOpcode>
uint64_t operand(const Machine& m, const Step* s) {
  return has_register_operand(kOpcode) ? m.regs[s->src] : s->imm;
}

uint64_t load_bytes(const uint8_t* from, uint32_t size) {
  uint64_t value = 0;
  std::memcpy(&value, from, size);
  return value;
}

const Step* bad_access(Machine& m, const char* what, uint64_t address, uint32_t size) {
  return m.fail(fmt::format("{} of {} bytes at {}", what, size, m.memory.describe(address)));
}

const Step* bad_context_access(Machine& m, const char* what, uint64_t address, uint32_t size) {
  if (!is_kernel_context(m, AddressSpace::context_offset(address), size))
    return bad_access(m, what, address, size);
  m.error =
      base::unsupported(fmt::format("{} of {} bytes at {}, a field of the kernel's socket buffer "
                                    "that packets on a card do not have",
                                    what, size, m.memory.describe(address)));
  return nullptr;
}

template <size_t kRow>
const Step* run_alu(Machine& m, const Step* s) {
  constexpr const InsnSpec& kSpec = kInsnSpecs[kRow];
  constexpr auto kOp = static_cast<AluOp>(operation_of(kSpec.opcode));
  constexpr int32_t kVariant =
      kSpec.off.literal;  // 1: signed division; 8, 16, 32: sign-extending move
  uint64_t& dst = m.regs[s->dst];
  if constexpr (kOp == AluOp::kEnd) {
    constexpr bool kSwap = class_of(kSpec.opcode) == kAlu64 || has_register_operand(kSpec.opcode);
    dst = to_endian(dst, kSpec.imm.literal, kSwap);
    return s + 1;
  }
  uint64_t b = operand<kSpec.opcode>(m, s);
  if constexpr (kOp == AluOp::kMov && kVariant != 0) b = sign_extend(b, kVariant);
  if constexpr (class_of(kSpec.opcode) == kAlu32) {
    dst = alu(kOp, kVariant == 1, static_cast<uint32_t>(dst), static_cast<uint32_t>(b));
  } else {
    dst = alu(kOp, kVariant == 1, dst, b);
  }
  return s + 1;
}

template <size_t kRow>
const Step* run_jump(Machine& m, const Step* s) {
  constexpr uint8_t kOpcode = kInsnSpecs[kRow].opcode;
  constexpr auto kOp = static_cast<JumpOp>(operation_of(kOpcode));
  const uint64_t a = m.regs[s->dst], b = operand<kOpcode>(m, s);
  bool taken;
  if constexpr (class_of(kOpcode) == kJmp32) {
    taken = jump_holds(kOp, static_cast<uint32_t>(a), static_cast<uint32_t>(b));
  } else {
    taken = jump_holds(kOp, a, b);
  }
  return taken ? s->target : s + 1;
}

template <size_t kRow>
const Step* run_load(Machine& m, const Step* s) {
  constexpr uint8_t kOpcode = kInsnSpecs[kRow].opcode;
  constexpr uint32_t kBytes = access_bytes<kOpcode>();
  const uint64_t address = m.regs[s->src] + static_cast<uint64_t>(int64_t{s->off});
  uint64_t& dst = m.regs[s->dst];
  if (AddressSpace::region_of(address) == Region::kContext) {
    uint64_t value = 0;
    if (!load_context(m, AddressSpace::context_offset(address), kBytes, &value)) {
      return bad_context_access(m, "load", address, kBytes);
    }
    dst = value;
    return s + 1;
  }
  const uint8_t* from = m.memory.resolve(address, kBytes);
  if (from == nullptr) return bad_access(m, "load", address, kBytes);
  const uint64_t value = load_bytes(from, kBytes);
  dst = mode_of(kOpcode) == kMemSx ? sign_extend(value, kBytes * 8) : value;
  return s + 1;
}

template <size_t kRow>
const Step* run_store(Machine& m, const Step* s) {
  constexpr uint8_t kOpcode = kInsnSpecs[kRow].opcode;
  constexpr uint32_t kBytes = access_bytes<kOpcode>();
  const uint64_t address = m.regs[s->dst] + static_cast<uint64_t>(int64_t{s->off});
  const uint64_t value = class_of(kOpcode) == kSt ? s->imm : m.regs[s->src];
  if (AddressSpace::region_of(address) == Region::kContext) {
    if (store_context(m, AddressSpace::context_offset(address), kBytes, value)) return s + 1;
    return bad_context_access(m, "store", address, kBytes);
  }
  uint8_t* to = m.memory.resolve(address, kBytes);
  if (to == nullptr) return bad_access(m, "store", address, kBytes);
  std::memcpy(to, &value, kBytes);
  return s + 1;
}

constexpr int32_t kFetch = 0x01, kXchg = 0xe1, kCmpxchg = 0xf1;

template <size_t kRow>
const Step* run_atomic(Machine& m, const Step* s) {
  constexpr const InsnSpec& kSpec = kInsnSpecs[kRow];
  constexpr int32_t kKind = kSpec.imm.literal;
  constexpr uint32_t kBytes = access_bytes<kSpec.opcode>();
  const uint64_t address = m.regs[s->dst] + static_cast<uint64_t>(int64_t{s->off});
  uint8_t* at = m.memory.resolve(address, kBytes);
  if (at == nullptr) return bad_access(m, "atomic access", address, kBytes);
  const uint64_t old = load_bytes(at, kBytes);
  const uint64_t src = m.regs[s->src];
  uint64_t value = src;
  if constexpr (kKind == kCmpxchg) {
    const uint64_t expected = kBytes == 4 ? static_cast<uint32_t>(m.regs[0]) : m.regs[0];
    value = old == expected ? src : old;
    m.regs[0] = old;
  } else if constexpr (kKind != kXchg) {
    value = alu(static_cast<AluOp>(kKind & ~kFetch), false, old, src);
  }
  std::memcpy(at, &value, kBytes);
  if constexpr (kKind != kCmpxchg && (kKind & kFetch) != 0) m.regs[s->src] = old;
  return s + 1;
}

const Step* finish(Machine& m) {
  m.outcome.verdict = static_cast<uint32_t>(m.regs[0]);
  return nullptr;
}

// Packet position of a legacy load: negative offsets count from the network or the link layer
// header.
int64_t legacy_position(int32_t offset) {
  if (offset >= 0) return offset;
  if (offset >= SKF_NET_OFF) return int64_t{offset} - SKF_NET_OFF + ETH_HLEN;
  return int64_t{offset} - SKF_LL_OFF;
}

template <size_t kRow>
const Step* run_legacy_load(Machine& m, const Step* s) {
  constexpr uint8_t kOpcode = kInsnSpecs[kRow].opcode;
  constexpr uint32_t kBytes = access_bytes<kOpcode>();
  const uint64_t index = mode_of(kOpcode) == kInd ? m.regs[s->src] : 0;
  const int64_t position = legacy_position(static_cast<int32_t>(s->imm + index));
  const uint32_t length = m.memory.data_end() - m.memory.data();
  if (position < 0 || position + kBytes > length) {
    m.regs[0] = 0;  // outside the packet: the program ends with 0
    return finish(m);
  }
  const auto offset = m.memory.data() + static_cast<uint32_t>(position);
  const uint8_t* from = m.memory.resolve(AddressSpace::packet_address(offset), kBytes);
  const uint64_t value = load_bytes(from, kBytes);
  m.regs[0] = kBytes == 1 ? value : to_endian(value, kBytes * 8, true);
  return s + 1;
}

const Step* run_wide_load(Machine& m, const Step* s) {
  m.regs[s->dst] = s->imm;
  return s + 2;
}

const Step* run_goto(Machine&, const Step* s) { return s->target; }

const Step* run_helper(Machine& m, const Step* s) {
  return call_helper(m, static_cast<int32_t>(s->imm)) ? s + 1 : nullptr;
}

const Step* run_call(Machine& m, const Step* s) {
  if (m.depth + 1 == AddressSpace::kMaxFrames) {
    return m.fail(fmt::format("call depth above {} frames", AddressSpace::kMaxFrames));
  }
  Frame& frame = m.frames[m.depth];
  frame.return_to = s + 1;
  std::copy_n(m.regs.begin() + 6, frame.saved.size(), frame.saved.begin());
  ++m.depth;
  m.regs[10] = AddressSpace::frame_pointer(m.depth);
  m.memory.enter_frame(m.depth);
  return s->target;
}

const Step* run_exit(Machine& m, const Step*) {
  if (m.depth == 0) return finish(m);
  m.memory.leave_frame(m.depth);
  --m.depth;
  const Frame& frame = m.frames[m.depth];
  std::copy(frame.saved.begin(), frame.saved.end(), m.regs.begin() + 6);
  m.regs[10] = AddressSpace::frame_pointer(m.depth);
  return frame.return_to;
}

const Step* run_end(Machine& m, const Step*) {
  return m.fail("the program runs past its last instruction");
}

template <size_t kRow>
constexpr Step::Handler handler() {
  constexpr const InsnSpec& kSpec = kInsnSpecs[kRow];
  constexpr uint8_t kClass = class_of(kSpec.opcode), kMode = mode_of(kSpec.opcode);
  if constexpr (kSpec.op == Op::kJump || kSpec.op == Op::kJumpLong)
    return run_goto;
  else if constexpr (kSpec.op == Op::kCallHelper)
    return run_helper;
  else if constexpr (kSpec.op == Op::kCallLocal)
    return run_call;
  else if constexpr (kSpec.op == Op::kCallKernel)
    return nullptr;  // refused by decode_steps()
  else if constexpr (kSpec.op == Op::kExit)
    return run_exit;
  else if constexpr (kClass == kAlu32 || kClass == kAlu64)
    return run_alu<kRow>;
  else if constexpr (kClass == kJmp || kClass == kJmp32)
    return run_jump<kRow>;
  else if constexpr (kClass == kLd && kMode == kImm)
    return run_wide_load;
  else if constexpr (kClass == kLd)
    return run_legacy_load<kRow>;
  else if constexpr (kClass == kLdx)
    return run_load<kRow>;
  else if constexpr (kMode == kAtomic)
    return run_atomic<kRow>;
  else
    return run_store<kRow>;
}

template <size_t... kRows>
constexpr auto make_handlers(std::index_sequence<kRows...>) {
  return std::array<Step::Handler, sizeof...(kRows)>{handler<kRows>()...};
}

constexpr auto kHandlers = make_handlers(std::make_index_sequence<kInsnSpecCount>());

}  // namespace

Step::Handler handler_of(Op op) { return kHandlers[static_cast<size_t>(op)]; }
Step::Handler end_handler() { return run_end; }

}  // namespace ebpf
