// Small programs for tests of the driver, compiled for a card; a map is the first one of their card, so its table id is 1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <string>

#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/ebpf/asm.h"

namespace harness {

// Text form of eBPF: directives, then a slot a line.
inline firmware::Image compile(const std::string& text) {
  auto program = ebpf::program_from_text("# type xdp\n" + text, "test");
  EXPECT_TRUE(program) << program.error().text();
  auto image = offload::compile(*program, *offload::parse_target("nfp/full"));
  EXPECT_TRUE(image) << image.error().text();
  return *image;
}

// r0 = verdict; exit. At most 9.
inline firmware::Image returning(unsigned verdict) {
  return compile("b70000000" + std::to_string(verdict) + "000000\n9500000000000000\n");
}

// r0 = map[0]: the key on the stack is 0.
inline const std::string kLookUpZero =
    "b702000000000000\n"                    // r2 = 0
    "632afcff00000000\n"                    // *(u32 *)(r10 - 4) = r2
    "bfa2000000000000\n"                    // r2 = r10
    "07020000fcffffff\n"                    // r2 += -4
    "1811000000000000\n0000000000000000\n"  // r1 = map
    "8500000001000000\n";                   // call map_lookup_elem

// map[0] += 1 atomically, 64 bits; drops.
inline firmware::Image counter() {
  return compile("# map counts 2 4 8 4 0\n" + kLookUpZero +
                 "1500020000000000\n"  // if r0 == 0 goto +2
                 "b701000001000000\n"  // r1 = 1
                 "db10000000000000\n"  // lock *(u64 *)(r0 + 0) += r1
                 "b700000001000000\n"  // r0 = 1
                 "9500000000000000\n");
}

// Drops when the first word of map[0] is not 0, else passes.
inline firmware::Image flag_reader() {
  return compile("# map flag 2 4 8 4 0\n" + kLookUpZero +
                 "1500040000000000\n"                      // if r0 == 0 goto +4
                 "6101000000000000\n"                      // r1 = *(u32 *)(r0 + 0)
                 "1501020000000000\n"                      // if r1 == 0 goto +2
                 "b700000001000000\n9500000000000000\n"    // return 1
                 "b700000002000000\n9500000000000000\n");  // return 2
}

// hash[0] = {n, n} for a random n; drops.
inline firmware::Image pair_writer() {
  return compile(
      "# map pairs 1 4 8 16 0\n"
      "8500000007000000\n"                    // call get_prandom_u32
      "630af0ff00000000\n630af4ff00000000\n"  // both words at r10 - 16
      "b702000000000000\n632afcff00000000\n"  // the key
      "bfa2000000000000\n07020000fcffffff\n"
      "bfa3000000000000\n07030000f0ffffff\n"
      "b704000000000000\n"
      "1811000000000000\n0000000000000000\n"
      "8500000002000000\n"  // call map_update_elem
      "b700000001000000\n9500000000000000\n");
}

// hash[n % 4] = n, then deletes hash[n / 256 % 4] for a random n; drops.
inline firmware::Image churner() {
  return compile(
      "# map churn 1 4 8 16 0\n"
      "8500000007000000\nbf06000000000000\n"  // r6 = r0 = n
      "5700000003000000\n630afcff00000000\n7b6af0ff00000000\n"
      "bfa2000000000000\n07020000fcffffff\n"
      "bfa3000000000000\n07030000f0ffffff\n"
      "b704000000000000\n"
      "1811000000000000\n0000000000000000\n"
      "8500000002000000\n"
      "7706000008000000\n5706000003000000\n636afcff00000000\n"
      "bfa2000000000000\n07020000fcffffff\n"
      "1811000000000000\n0000000000000000\n"
      "8500000003000000\n"  // call map_delete_elem
      "b700000001000000\n9500000000000000\n");
}

// r0 = map[0], or the verdict when there is none; r6 is the context.
inline ebpf_test::Code look_up_zero_or(int32_t verdict) {
  using namespace ebpf_test;
  return Code{mov_reg(6, 1), mov(2, 0), op(0x63, 10, 2, -4, 0), mov_reg(2, 10), add(2, -4)} +
         load_map(1, 0) +
         Code{call(BPF_FUNC_map_lookup_elem), op(0x55, 0, 0, 2, 0), mov(0, verdict), exit_insn()};
}

inline firmware::Image compile(ebpf_test::Code code, const ebpf::MapDef& map) {
  auto image =
      offload::compile(ebpf_test::xdp(std::move(code), {map}), *offload::parse_target("nfp/full"));
  EXPECT_TRUE(image) << image.error().text();
  return *image;
}

// Drops when the two words of hash[0] differ, else passes.
inline firmware::Image pair_reader() {
  using namespace ebpf_test;
  return compile(
      look_up_zero_or(XDP_PASS) + Code{load32(1, 0, 0), load32(2, 0, 4), mov(0, XDP_PASS),
                                       op(0x1d, 1, 2, 1, 0), mov(0, XDP_DROP), exit_insn()},
      map_def("pairs", BPF_MAP_TYPE_HASH, 4, 8, 4));
}

// Looks hash[0] up once and reads its first word 26,000 times, 108 ns each. Puts what it read first and last at the packet's
// beginning; passes.
inline firmware::Image lingerer(uint32_t entries) {
  using namespace ebpf_test;
  return compile(look_up_zero_or(XDP_DROP) +
                     Code{load32(7, 0, 0), mov(8, 26'000), load32(9, 0, 0), add(8, -1),
                          op(0x55, 8, 0, -3, 0), load32(2, 6, 0), load32(3, 6, 4), mov_reg(4, 2),
                          add(4, 8), mov(0, XDP_DROP), jump_gt(4, 3, 3), op(0x63, 2, 7, 0, 0),
                          op(0x63, 2, 9, 4, 0), mov(0, XDP_PASS), exit_insn()},
                 map_def("held", BPF_MAP_TYPE_HASH, 4, 8, entries));
}

// Sends 8 bytes, 7 and zeros, as an event of map 1; drops.
inline firmware::Image event_sender() {
  return compile(
      "# map events 4 4 4 4 0\n"
      "b702000007000000\n7b2af8ff00000000\n"
      "1812000000000000\n0000000000000000\n"
      "18030000ffffffff\n0000000000000000\n"
      "bfa4000000000000\n07040000f8ffffff\n"
      "b705000008000000\n"
      "8500000019000000\n"  // call perf_event_output
      "b700000001000000\n9500000000000000\n");
}

}  // namespace harness
