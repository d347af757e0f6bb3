// Writes eBPF instructions one after the other and joins jumps to their targets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace classic {

// What eBPF registers hold. Values of A and X have a zero upper half.
constexpr uint8_t kRegA = 0, kRegContext = 1, kRegTemp = 2, kRegLimit = 3, kRegData = 6,
                  kRegEnd = 7, kRegX = 8, kRegIndexed = 9 /* data + X */, kRegFrame = 10;

class Emitter {
 public:
  explicit Emitter(size_t classic_insns) : starts_(classic_insns, 0) {}

  void start_insn(size_t classic_insn) { starts_[classic_insn] = here(); }
  uint32_t here() const { return static_cast<uint32_t>(insns_.size()); }

  void add(uint8_t opcode, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
    insns_.push_back({opcode, dst, src, off, imm});
  }
  void move(uint8_t dst, uint8_t src);        // 64 bits
  void move_lower(uint8_t dst, uint8_t src);  // 32 bits; clears the upper half
  void set(uint8_t dst, uint32_t value);
  void add_register(uint8_t dst, uint8_t src);
  void add_bytes(uint8_t dst, uint32_t bytes);
  void alu(uint8_t operation, uint8_t dst, uint32_t value);  // 32 bits
  void alu_reg(uint8_t operation, uint8_t dst, uint8_t src);
  void load(uint8_t size, uint8_t dst, uint8_t base, int16_t off);  // BPF_B, _H, _W, _DW

  // 32-bit comparisons, as classic BPF's.
  void jump_if(uint8_t condition, uint8_t dst, uint32_t value, size_t classic_target);
  void jump_if_reg(uint8_t condition, uint8_t dst, uint8_t src, size_t classic_target);
  void jump(size_t classic_target);
  void skip_if(uint8_t condition, uint8_t dst, uint32_t value, int16_t insns);

  void reject();
  void reject_if(uint8_t condition, uint8_t dst, uint32_t value);
  void reject_if_wide(uint8_t condition, uint8_t dst, uint32_t value);  // 64 bits
  void reject_if_beyond(uint8_t pointer);                               // pointer > data_end

  // w0 = value; exit. One that returns `reject_value` serves rejections, too.
  void finish_with(uint32_t value, uint32_t reject_value);
  void exit();

  // Appends what rejections still need and fills in all jumps. Error kOutOfRange: one is too long.
  base::Result<std::vector<ebpf::Insn>> finish(uint32_t reject_value);

 private:
  struct Pending {
    uint32_t slot;
    size_t classic_target;  // kReject: any rejection behind the slot
  };
  static constexpr size_t kReject = SIZE_MAX;

  void add_jump(uint8_t opcode, uint8_t dst, uint8_t src, uint32_t value, size_t target);
  uint32_t rejection_behind(uint32_t slot) const;

  std::vector<ebpf::Insn> insns_;
  std::vector<uint32_t> starts_;      // of classic instructions
  std::vector<uint32_t> rejections_;  // ascending
  std::vector<Pending> pending_;
};

}  // namespace classic
