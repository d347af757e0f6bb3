// Lowering of stack accesses: local memory through the frame's or the pointer's address register.
// SPDX-License-Identifier: Apache-2.0
//
// Local memory has words and operands OR their offset into an aligned base, so an access is cut
// into slices that stay within one memory word and one GPR. How the word is reached
// (nfp-jit-support 9.2):
//   frame      bytes 0..63 of the frame: *l$index0[0..15]
//   window     within 32 aligned bytes: *l$index3[0..7] behind a set-up of the address
//   walking    anything else, and pointers whose offset is not known: *l$index3++ from word to word
#include <algorithm>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kWordBytes = 4;
constexpr unsigned kFrameWindowBytes = 64;
constexpr unsigned kPointerWindowBytes = 32;
constexpr unsigned kMaxFieldIndex = 7;  // words that ld_field can name behind an address register
constexpr unsigned kAddressLatencyWords = 3;  // until a written address register is seen

enum class Reach { kFrame, kWindow, kWalking };

struct Slice {
  unsigned gpr, gpr_byte;
  unsigned word, word_byte;  // relative to the address register
  unsigned bytes;
  bool first, last, new_gpr;

  bool whole() const { return bytes == kWordBytes; }
};

class StackAccess {
 public:
  StackAccess(Lowering& lowering, const PlannedInsn& planned)
      : lowering_(lowering), out_(lowering.out), planned_(planned), insn_(planned.insn) {}

  void lower() {
    set_up();
    supply_source();
    unsigned gpr = low(data_register());
    if (clears_upper_half()) lowering_.zero_extend(planned_, insn_.dst);
    unsigned gpr_byte = 0, left = access_bytes(insn_);
    unsigned last_gpr = kNoGpr;
    for (bool first = true; left > 0; first = false) {
      const unsigned word_byte = offset_ % kWordBytes;
      const unsigned bytes = std::min({left, kWordBytes - gpr_byte, kWordBytes - word_byte});
      const unsigned word = reach_ == Reach::kWalking ? 0 : offset_ / kWordBytes;
      const Slice slice{gpr,   gpr_byte, word,          word_byte,
                        bytes, first,    left == bytes, gpr != last_gpr};
      is_load(insn_) ? load(slice) : store(slice);
      last_gpr = gpr;
      gpr_byte += bytes;
      if (gpr_byte == kWordBytes) gpr_byte = 0, ++gpr;
      offset_ += bytes;
      left -= bytes;
    }
  }

 private:
  static constexpr unsigned kNoGpr = ~0u;

  // What an immediate store stores takes the scratch registers, as r10 does.
  unsigned data_register() const {
    if (is_load(insn_)) return insn_.dst;
    return is_immediate_store(insn_) ? unsigned{BPF_REG_10} : insn_.src;
  }

  // Behind the set-up, which spends scratch registers.
  void supply_source() {
    lowering_.supply_frame_pointer(insn_);
    if (!is_immediate_store(insn_)) return;
    out_.constant(fpc::gpr_b(low(BPF_REG_10)), static_cast<uint32_t>(insn_.imm));
    if (access_bytes(insn_) == 8)
      out_.constant(fpc::gpr_b(high(BPF_REG_10)), insn_.imm < 0 ? ~uint32_t{0} : 0);
  }

  bool clears_upper_half() const {
    return is_load(insn_) && access_bytes(insn_) < 8 && planned_.facts.zext;
  }

  // Byte distance from the bottom of the frame; of pointers into other frames only the alignment is
  // right.
  int32_t frame_offset() const {
    return static_cast<int32_t>(lowering_.frame_bytes + insn_.off +
                                planned_.facts.ptr.fixed_offset());
  }

  void set_up() {
    const unsigned size = access_bytes(insn_);
    if (planned_.facts.ptr_not_const || planned_.facts.caller_frame) {
      const unsigned base = low(is_load(insn_) ? insn_.src : insn_.dst);
      offset_ = static_cast<unsigned>(frame_offset()) % kWordBytes;
      reach_ = Reach::kWalking;
      return point_to(gpr_a(base), static_cast<uint32_t>(int32_t{insn_.off}));
    }
    offset_ = static_cast<unsigned>(frame_offset());
    if (offset_ + size <= kFrameWindowBytes) {
      reach_ = Reach::kFrame;
      return;
    }
    const bool one_window =
        offset_ / kPointerWindowBytes == (offset_ + size - 1) / kPointerWindowBytes;
    reach_ = one_window ? Reach::kWindow : Reach::kWalking;
    const unsigned in_window = offset_ % (one_window ? kPointerWindowBytes : kWordBytes);
    point_to(kStackBase, offset_ - in_window);
    offset_ = in_window;
  }

  void point_to(fpc::Operand base, uint32_t distance) {
    const fpc::Operand operand = out_.operand(distance, kScratchB);
    out_.alu(kScratchB, base, Op::kAluAdd, operand);
    out_.write_csr(fpc::Csr::kActLmAddr3, kScratchB);
    out_.nops(kAddressLatencyWords - (clears_upper_half() ? 1 : 0));
  }

  fpc::Operand word_at(unsigned word) const {
    return fpc::lmem(reach_ == Reach::kFrame ? kFrameIndex : kPointerIndex, word);
  }
  // The word of a whole-word slice; walking on when more follow.
  fpc::Operand word_of(const Slice& slice) const {
    return advances(slice) ? fpc::lmem_inc(kPointerIndex) : word_at(slice.word);
  }
  bool advances(const Slice& slice) const {
    return reach_ == Reach::kWalking && slice.new_gpr && !slice.last;
  }
  void advance(const Slice& slice) {
    if (advances(slice)) out_.move(fpc::none(), fpc::lmem_inc(kPointerIndex));
  }

  static unsigned byte_mask(unsigned first, unsigned count) { return ((1u << count) - 1) << first; }
  static Shift between(unsigned from_byte, unsigned to_byte) {
    if (from_byte > to_byte) return shift_right(8 * (from_byte - to_byte));
    if (from_byte < to_byte) return shift_left(8 * (to_byte - from_byte));
    return {};
  }

  void load(const Slice& slice) {
    if (slice.whole()) return out_.move(both(slice.gpr), word_of(slice));
    fpc::Operand from = word_at(slice.word);
    if (slice.word > kMaxFieldIndex) {
      // A second register fed from the same word finds it in the scratch register.
      if (slice.first || !slice.new_gpr) out_.move(kScratchA, from);
      from = kScratchA;
    }
    const unsigned mask = byte_mask(slice.gpr_byte, slice.bytes);
    const Shift by = between(slice.word_byte, slice.gpr_byte);
    slice.new_gpr ? out_.field_clear(both(slice.gpr), mask, from, by)
                  : out_.field(both(slice.gpr), mask, from, by);
    advance(slice);
  }

  void store(const Slice& slice) {
    if (slice.whole()) return out_.move(word_of(slice), gpr_b(slice.gpr));
    const fpc::Operand word = word_at(slice.word);
    const bool far = slice.word > kMaxFieldIndex;
    // Words in the middle are replaced as a whole, by two slices.
    if (far && (slice.first || slice.last)) out_.move(kScratchA, word);
    out_.field(far ? kScratchA : word, byte_mask(slice.word_byte, slice.bytes), gpr_b(slice.gpr),
               between(slice.gpr_byte, slice.word_byte));
    if (!slice.new_gpr && !slice.last) return;
    if (far) out_.move(word, kScratchA);
    advance(slice);
  }

  Lowering& lowering_;
  Emitter& out_;
  const PlannedInsn& planned_;
  const ebpf::Insn& insn_;
  Reach reach_ = Reach::kFrame;
  unsigned offset_ = 0;  // of the next slice, from where the address register points
};

}  // namespace

void lower_stack_access(Lowering& lowering, const PlannedInsn& insn) {
  StackAccess(lowering, insn).lower();
}

}  // namespace offload
