// The statements of the program generator that access memory: packets, the stack, maps.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_generator_statements.h"

namespace ebpf_test {

void Generator::packet_check() {
  const auto bytes = static_cast<int32_t>(below(40) + 1);
  const uint8_t reg = static_cast<uint8_t>(below(6));
  emit(mov_reg(reg, 7));
  emit(add(reg, bytes));
  compare_with_end(reg);
  kinds_[reg] = Kind::kNone;
  if (!mistake()) readable_ = bytes;
}

void Generator::compare_with_end(uint8_t reg) {
  constexpr uint8_t kOrders[] = {BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE};
  if (percent(70)) {
    bind_to_end(jump(BPF_JMP | BPF_JGT | BPF_X, reg, 8, 0));
  } else if (percent(50)) {
    bind_to_end(jump(BPF_JMP | BPF_JLT | BPF_X, 8, reg, 0));
  } else {
    const bool end_first = percent(50);
    const size_t inside = jump(static_cast<uint8_t>(BPF_JMP | pick(kOrders) | BPF_X),
                               end_first ? 8 : reg, end_first ? reg : 8, 0);
    bind_to_end(jump(BPF_JMP | BPF_JA, 0, 0, 0));
    bind(inside);
  }
}

void Generator::access(uint8_t base, int32_t limit) {
  const uint8_t size = pick(kSizes);
  const auto bytes = static_cast<int32_t>(bytes_of(size));
  const int32_t room = limit - bytes + 1 + (mistake() ? 4 : 0);
  const auto off = static_cast<int16_t>(room > 0 ? below(static_cast<uint64_t>(room)) : 0);
  if (percent(60)) {
    const uint8_t dst = target();
    emit(op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, base, off, 0));
    kinds_[dst] = Kind::kScalar;
  } else if (percent(50)) {
    emit(op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), base, scalar(), off, 0));
  } else {
    emit(op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), base, 0, off, pick(kConstants)));
  }
}

void Generator::packet_access() {
  if (readable_ == 0) packet_check();
  access(7, readable_);
}

void Generator::variable_packet() {
  const uint8_t index = small_scalar();
  const uint8_t base = index == 9 ? uint8_t{4} : uint8_t{9};
  const uint8_t limit = index == 5 || base == 5 ? uint8_t{3} : uint8_t{5};
  const auto bytes = static_cast<int32_t>(below(16) + 1);
  emit(mov_reg(base, 7));
  if (percent(30)) emit(add(base, static_cast<int32_t>(below(20))));
  alu64_reg(mistake() ? BPF_SUB : BPF_ADD, base, index);
  emit(mov_reg(limit, base));
  emit(add(limit, bytes));
  kinds_[limit] = Kind::kNone;
  kinds_[base] = Kind::kPacketVar;
  if (!mistake()) compare_with_end(limit);
  access(base, bytes);
}

int16_t Generator::stack_offset(unsigned bytes) {
  auto off = -static_cast<int32_t>(bytes) * static_cast<int32_t>(below(64 / bytes) + 1);
  if (mistake()) off += static_cast<int32_t>(below(5)) - 2;
  return static_cast<int16_t>(off);
}

void Generator::stack_store() {
  const uint8_t size = percent(60) ? uint8_t{BPF_DW} : pick(kSizes);
  const int16_t off = stack_offset(bytes_of(size));
  if (percent(25)) {
    emit(op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), 10, 0, off, pick(kConstants)));
    return;
  }
  uint8_t src = scalar();
  if (size == BPF_DW && percent(30)) src = static_cast<uint8_t>(6 + below(3));
  emit(op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), 10, src, off, 0));
  if (size == BPF_DW) {
    spilled_at_ = off;
    spilled_kind_ = kinds_[src];
  }
}

void Generator::stack_load() {
  const uint8_t dst = target();
  if (spilled_at_ == 0 || percent(20)) {
    const uint8_t size = pick(kSizes);
    emit(store64_imm(10, -16, pick(kConstants)));
    emit(op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, 10,
            static_cast<int16_t>(-16 +
                                 static_cast<int32_t>(bytes_of(size) * below(8 / bytes_of(size)))),
            0));
    kinds_[dst] = Kind::kScalar;
    return;
  }
  emit(load64(dst, 10, spilled_at_));
  kinds_[dst] = spilled_kind_;
}

void Generator::variable_stack() {
  const uint8_t index = small_scalar();
  const uint8_t base = index == 4 ? uint8_t{3} : uint8_t{4};
  if (!mistake()) {
    for (int16_t off = -64; off < 0; off = static_cast<int16_t>(off + 8))
      emit(store64_imm(10, off, 0));
    spilled_at_ = 0;
  }
  emit(mov_reg(base, 10));
  emit(add(base, -64));
  alu64_reg(BPF_ADD, base, index);
  kinds_[base] = Kind::kStackPtr;
  if (percent(50)) {
    const uint8_t dst = target();
    emit(op(BPF_LDX | BPF_MEM | BPF_B, dst, base, static_cast<int16_t>(mistake() ? 8 : 0), 0));
    kinds_[dst] = Kind::kScalar;
  } else {
    emit(op(BPF_STX | BPF_MEM | BPF_B, base, scalar(), 0, 0));
  }
}

void Generator::map_lookup(unsigned depth) {
  const bool hash = percent(50);
  if (!mistake()) emit(op(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, static_cast<int32_t>(below(6))));
  emit(mov_reg(2, 10));
  emit(add(2, -4));
  emit(load_map(1, hash ? 0 : 1));
  emit(call(percent(85) ? BPF_FUNC_map_lookup_elem : BPF_FUNC_map_delete_elem));
  forget_volatile();
  if (code_.back().imm == BPF_FUNC_map_delete_elem) {
    kinds_[0] = Kind::kScalar;
    return;
  }
  const bool checked = !mistake();
  size_t skip = 0;
  if (checked) skip = jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0);
  const auto before = kinds_;
  kinds_[0] = Kind::kValue;
  use_value(hash ? 24 : 16);
  if (depth > 0 && percent(30)) statement(depth - 1);
  if (checked) bind(skip);
  meet(before);
  kinds_[0] = Kind::kNone;
}

void Generator::use_value(int32_t bytes) {
  switch (below(4)) {
    case 0: {
      const uint8_t size = percent(50) ? BPF_W : BPF_DW;
      const auto off = static_cast<int16_t>(bytes_of(size) * below(2));
      emit(mov(3, pick(kConstants)));
      emit(op(static_cast<uint8_t>(BPF_STX | BPF_ATOMIC | size), 0, 3, off, pick(kAtomics)));
      kinds_[3] = Kind::kScalar;
      break;
    }
    case 1: {
      emit(load32(3, 0, 0));
      const bool by_mask = percent(50);
      if (!mistake() && by_mask) alu64(BPF_AND, 3, 7);
      if (!by_mask) {
        constexpr uint8_t kAbove[] = {BPF_JGT, BPF_JSGT, BPF_JGE};
        const uint8_t cls = percent(70) ? BPF_JMP : BPF_JMP32;
        bind_to_end(jump(static_cast<uint8_t>(cls | pick(kAbove) | BPF_K), 3, 0, 7));
      }
      alu64_reg(BPF_ADD, 0, 3);
      kinds_[3] = Kind::kSmall;
      access(0, bytes - 7);
      break;
    }
    default:
      access(0, bytes);
  }
}

void Generator::map_update() {
  const bool hash = percent(50);
  const int16_t value = hash ? -32 : -24;
  for (int16_t off = value; off < 0; off = static_cast<int16_t>(off + 8)) {
    if (!mistake()) emit(store64_imm(10, off, pick(kConstants)));
  }
  spilled_at_ = 0;
  emit(mov_reg(2, 10));
  emit(add(2, -4));
  emit(mov_reg(3, 10));
  emit(add(3, value));
  emit(load_map(1, hash ? 0 : 1));
  emit(mov(4, static_cast<int32_t>(below(3))));
  emit(call(BPF_FUNC_map_update_elem));
  forget_volatile();
  kinds_[0] = Kind::kScalar;
}

void Generator::move_packet() {
  emit(mov_reg(1, 6));
  emit(mov(2, pick(kConstants)));
  emit(call(percent(50) ? BPF_FUNC_xdp_adjust_head : BPF_FUNC_xdp_adjust_tail));
  forget_volatile();
  kinds_[0] = Kind::kScalar;
  if (mistake()) return;
  load_packet();
  if (spilled_kind_ == Kind::kPacket || spilled_kind_ == Kind::kEnd) spilled_at_ = 0;
  for (Kind& kind : kinds_) {
    if (kind == Kind::kPacketVar) kind = Kind::kNone;
  }
}

}  // namespace ebpf_test
