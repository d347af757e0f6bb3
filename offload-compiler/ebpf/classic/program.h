// Classic BPF programs as data, and the rows of their tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace classic {

// One instruction; the fields are those of struct sock_filter.
struct Insn {
  uint16_t code = 0;
  uint8_t jt = 0, jf = 0;  // conditional jumps: instructions to pass over when true, when false
  uint32_t k = 0;
  bool operator==(const Insn&) const = default;
};
using Program = std::vector<Insn>;

constexpr size_t kMaxInsns = 4096;  // BPF_MAXINSNS
constexpr uint32_t kScratchWords = 16;

enum class Op : uint8_t {
#define CLASSIC_INSN(op, ...) op,
#include "offload-compiler/ebpf/classic/classic.def"
#undef CLASSIC_INSN
};

// How an operand looks in a listing.
enum class Operand : uint8_t {
  kNothing,
  kDecimal,   // #5
  kHex,       // #0x5
  kX,         // x
  kScratch,   // M[5]
  kPacket,    // [5], or [proto] for an ancillary load
  kIndexed,   // [x + 5]
  kIpHeader,  // 4*([5]&0xf)
  kLength,    // #pktlen
  kTarget,    // 9, the number of an instruction
};

enum Registers : uint8_t { kNone = 0, kA = 1, kX = 2, kAX = kA | kX };

struct InsnSpec {
  Op op;
  uint16_t code;
  const char* mnemonic;
  Operand operand;
  uint8_t reads, writes;  // Registers
};

inline constexpr InsnSpec kInsnSpecs[] = {
#define CLASSIC_INSN(op, code, mnemonic, operand, reads, writes) \
  {Op::op, code, mnemonic, Operand::operand, reads, writes},
#include "offload-compiler/ebpf/classic/classic.def"
#undef CLASSIC_INSN
};

// The row of an opcode, or nullptr.
const InsnSpec* find_spec(uint16_t code);

bool is_conditional_jump(const Insn& insn);
bool is_return(const Insn& insn);
bool is_absolute_load(const Insn& insn);  // ld, ldh, ldb of [k]

// What an ancillary load reads on a card.
enum class Reading : uint8_t {
  kNone,       // there is no answer
  kZero,       // a VLAN tag is part of the frame, so there is none beside it
  kEthertype,  // the protocol as Linux classifies an Ethernet frame
  kIfindex,
  kQueue,     // receive queue + 1, as Linux records it
  kEthernet,  // ARPHRD_ETHER
  kXorX,      // A ^ X
  kRandom,
};

struct Ancillary {
  const char* name;  // without SKF_AD_
  uint32_t offset;   // from SKF_AD_OFF
  const char* listing;
  Reading reading;
  const char* reason;
};

inline constexpr Ancillary kAncillaries[] = {
#define CLASSIC_ANCILLARY(name, offset, listing, reading, reason) \
  {#name, offset, listing, Reading::reading, reason},
#include "offload-compiler/ebpf/classic/ancillary.def"
#undef CLASSIC_ANCILLARY
};

constexpr uint32_t kAncillaryBase = 0xffff'f000;  // SKF_AD_OFF

// The ancillary load that an absolute load at `k` is, or nullptr.
const Ancillary* find_ancillary(uint32_t k);

}  // namespace classic
