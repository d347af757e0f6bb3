// The statements of the program generator that differ between program types: context, metadata, absolute loads.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "tests/ebpf/verifier_generator_statements.h"

namespace ebpf_test {

void Generator::context_access() {
  constexpr int16_t kXdpFields[] = {offsetof(xdp_md, ingress_ifindex),
                                    offsetof(xdp_md, rx_queue_index)};
  constexpr int16_t kSkbFields[] = {offsetof(__sk_buff, len)};
  int16_t off = is_skb() ? pick(kSkbFields) : pick(kXdpFields);
  uint8_t size = BPF_W;
  if (options_.any_context_offset && percent(50)) off = static_cast<int16_t>(4 * below(48));
  if (mistake()) off = static_cast<int16_t>(off + 1 - static_cast<int32_t>(below(3)));
  if (mistake()) size = pick(kSizes);
  const uint8_t dst = target();
  if (options_.any_context_offset && percent(20)) {
    emit(op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), 6, scalar(), off, 0));
    return;
  }
  emit(op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, 6, off, 0));
  kinds_[dst] = Kind::kScalar;
}

// Programs without a socket buffer have no such loads; r6 is the context all along.
void Generator::load_absolute() {
  constexpr uint8_t kWidths[] = {BPF_B, BPF_H, BPF_W};
  const bool indirect = percent(50);
  const uint8_t src = indirect ? scalar() : uint8_t{0};
  const uint8_t mode = indirect ? BPF_IND : BPF_ABS;
  emit(op(static_cast<uint8_t>(BPF_LD | mode | pick(kWidths)), 0, mistake() ? any_register() : src,
          0, static_cast<int32_t>(below(80))));
  forget_volatile();
  kinds_[0] = Kind::kScalar;
}

// What lies between data_meta and data.
void Generator::metadata() {
  const auto bytes = static_cast<int32_t>(below(12) + 1);
  const auto field =
      static_cast<int16_t>(is_skb() ? offsetof(__sk_buff, data_meta) : offsetof(xdp_md, data_meta));
  emit(load32(4, 6, field));
  emit(mov_reg(5, 4));
  emit(add(5, bytes));
  kinds_[4] = kinds_[5] = Kind::kNone;
  const bool against_data = !mistake();
  if (!mistake()) {
    const uint8_t limit = against_data ? 7 : 8;
    bind_to_end(percent(60) ? jump(BPF_JMP | BPF_JGT | BPF_X, 5, limit, 0)
                            : jump(BPF_JMP | BPF_JLT | BPF_X, limit, 5, 0));
  }
  access(4, bytes);
}

}  // namespace ebpf_test
