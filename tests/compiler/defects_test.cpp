// Each known defect on a card: the driver's words do something else than eBPF says, words without the defect do what it says.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/filter.h>

#include <algorithm>
#include <climits>
#include <functional>
#include <ostream>
#include <string>

#include "base/bits.h"
#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/defect.h"
#include "tests/compiler/programs.h"
#include "tests/fuzz/observation.h"

namespace {

using namespace test;
using firmware::Capability;

struct Case {
  std::string name;
  const char* rule;  // of the defect
  ebpf::Program program;
  bool map_from_user = false;  // entry 0 of map 0 is 1, 2, 3, ...
  std::function<void(Capability&)> firmware = [](Capability&) {};
  bool shows =
      true;  // false: our firmware writes the frame's address early enough, so that words alone can be compared
};
void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name; }

// Shows r5 in the packet.
const Code kShow = {store(kBytes8, 2, 40, 5)};

Code copies(uint8_t size, std::initializer_list<int16_t> from, int16_t distance) {
  Code code;
  for (const int16_t off : from) {
    code.push_back(load(size, 5, 2, off));
    code.push_back(store(size, 2, static_cast<int16_t>(off + distance), 5));
  }
  return code;
}

ebpf::Program packet(const Code& body) { return xdp(with_packet(400, body)); }
ebpf::Program wide(const Code& body) { return packet(Code{load(kBytes8, 5, 2, 8)} + body + kShow); }
ebpf::Program byte(const Code& body) { return packet(Code{load(kBytes1, 5, 2, 0)} + body + kShow); }
// Byte 1 of the packet is 0, byte 2 is 69.
ebpf::Program shift(uint8_t operation, int16_t count_at, int32_t bit) {
  return wide({load(kBytes1, 6, 2, count_at), alu64(BPF_OR, 6, bit), alu64_reg(operation, 5, 6)});
}

std::vector<Case> arithmetic() {
  const auto compare = [](uint8_t opcode) {
    return wide({op(opcode, 5, 0, 1, INT_MIN), mov(5, 77)});
  };
  const Code use_stack = {store(kBytes8, 10, -8, 2)};
  // r5 is r10's distance from what the slot keeps of it.
  const auto distance_of_spilled = [&](int16_t slot) {
    return use_stack +
           Code{store(kBytes8, 10, -400, 2), store(kBytes8, 10, slot, 10),
                load(kBytes8, 5, 10, slot), mov_reg(6, 10), alu64_reg(BPF_SUB, 5, 6)} +
           kShow;
  };
  return {
      {"Add", "B1", wide({add(5, INT_MIN)})},
      {"Compare", "B1",
       packet(Code{load(kBytes8, 5, 2, 200), op(BPF_JMP | BPF_JSGE | BPF_K, 5, 0, 1, INT_MIN),
                   mov(5, 77)} +
              kShow)},
      {"CompareSigned32", "B1", compare(BPF_JMP32 | BPF_JSLT | BPF_K)},
      {"ShiftByZero", "B2",
       wide({load(kBytes1, 6, 2, 1), alu64(BPF_AND, 6, 31), alu64_reg(BPF_LSH, 5, 6)})},
      {"ShiftByZeroOfSixBits", "B2", shift(BPF_LSH, 1, 0)},
      {"ShiftBeyond", "shift.beyond", shift(BPF_RSH, 2, 64)},
      {"ShiftBySelf", "shift.self", wide({alu64_reg(BPF_RSH, 5, 5)})},
      {"ShiftBeyondBySelf", "shift.beyond", wide({alu64(BPF_OR, 5, 64), alu64_reg(BPF_RSH, 5, 5)})},
      {"ArithmeticShiftBySelf", "shift.self", wide({alu64_reg(BPF_ARSH, 5, 5)})},
      {"ArithmeticShiftByLargeCount", "shift.sign",
       byte({load(kBytes8, 6, 2, 80), alu64(BPF_OR, 6, INT_MIN), alu64_reg(BPF_ARSH, 5, 6)})},
      {"ArithmeticShift32ByLargeCount", "shift.sign",
       byte({load(kBytes8, 6, 2, 80), alu64(BPF_OR, 6, INT_MIN),
             op(BPF_ALU | BPF_ARSH | BPF_X, 5, 6, 0, 0)})},
      {"DivideBy1", "B3", byte({add(5, 1000), alu64(BPF_XOR, 5, 1), alu64(BPF_DIV, 5, 1)})},
      {"DivideBy28", "B3", byte({add(5, 1000), alu64(BPF_DIV, 5, 28)})},
      {"DivideBy641", "B3", byte({add(5, 100'000), alu64(BPF_DIV, 5, 641)})},
      {"FramePointerSubtracted", "B9",
       packet({mov_reg(5, 10), add(5, -24), alu64_reg(BPF_SUB, 5, 10), store(kBytes8, 2, 40, 5)})},
      {"FramePointerSpilled", "B9", packet(distance_of_spilled(-16))},
      {"FramePointerSpilledFar", "B9", packet(distance_of_spilled(-400))},
      {"FramePointerCompared", "B9",
       packet(
           use_stack +
           Code{mov(5, 1), mov_reg(6, 10), op(BPF_JMP | BPF_JEQ | BPF_X, 10, 6, 1, 0), mov(5, 2)} +
           kShow)},
      {"FramePointerComparedWithConstant", "B9",
       packet(use_stack + Code{mov(5, 1), op(BPF_JMP32 | BPF_JEQ | BPF_K, 10, 0, 1, 0), mov(5, 2)} +
              kShow)},
  };
}

std::vector<Case> copying() {
  Code odd;
  for (int16_t off = 0; off < 45; ++off) {
    odd.push_back(load(kBytes1, 5, 2, off));
    odd.push_back(store(kBytes1, 2, static_cast<int16_t>(off + 220), 5));
  }
  const Code before_exit = {load(kBytes4, 2, 1, 0),
                            load(kBytes4, 3, 1, 4),
                            mov(0, 2),
                            mov_reg(4, 2),
                            add(4, 64),
                            ebpf_test::jump_gt(4, 3, 2),
                            load(kBytes8, 5, 2, 0),
                            store(kBytes8, 2, 32, 5),
                            exit_insn()};
  // r6 is r2 + 8 on the first path, which the packets take, and r2 on the last.
  const Code pointers_of_paths = {load(kBytes1, 5, 2, 1),
                                  ebpf_test::jump_eq(5, 7, 3),
                                  mov_reg(6, 2),
                                  add(6, 8),
                                  op(BPF_JMP | BPF_JA, 0, 0, 1, 0),
                                  mov_reg(6, 2)};
  return {
      {"WordsUp", "B4", packet(copies(kBytes4, {0, 4}, 64) + kShow)},
      {"BytesDown", "B4", packet(copies(kBytes1, {5, 4, 3}, 64) + kShow)},
      {"HalvesDown", "B4", packet(copies(kBytes2, {10, 8, 6, 4}, 64) + kShow)},
      {"Tail", "B5", packet(odd)},
      {"BeforeExit", "B6", xdp(before_exit)},
      {"ReadOfPaths", "B14",
       packet(pointers_of_paths + Code{load(kBytes1, 0, 2, 0), load(kBytes1, 5, 6, 4)} + kShow)},
      {"Turns", "copy.turns", packet(copies(kBytes8, {0, 8, 0}, 64))},
      {"Overlaps", "copy.overlap", packet(copies(kBytes4, {0, 4}, 6) + mov(5, 1))},
  };
}

std::vector<Case> memory() {
  const std::vector<ebpf::MapDef> maps = {array_map()};
  const auto store_imm = [](uint8_t size, uint8_t base, int16_t off, int32_t imm) {
    return op(static_cast<uint8_t>(BPF_ST | BPF_MEM | size), base, 0, off, imm);
  };
  const auto from_value = [&](const Code& body) {
    return xdp(Code{mov_reg(6, 1)} +
                   with_map_value(body +
                                  Code{load(kBytes4, 2, 6, 0), load(kBytes4, 3, 6, 4),
                                       mov_reg(4, 2), add(4, 64), ebpf_test::jump_gt(4, 3, 1)} +
                                  kShow),
               maps);
  };
  const auto legacy = [](const Code& body) {
    return tc(Code{mov_reg(6, 1), mov(0, 0)} + body +
              Code{op(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 14)} + leave(2) + leave(-1));
  };
  const auto absolute = [&](int32_t offset) {
    return legacy({op(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, offset)});
  };
  const auto indirect = [&](int32_t index, int32_t offset) {
    return legacy({mov(7, index), op(BPF_LD | BPF_IND | BPF_B, 0, 7, 0, offset)});
  };
  return {
      {"MapValueBefore", "B7", from_value({add(0, 8), load(kBytes8, 5, 0, -8)}), true},
      {"AtomicBefore", "B7",
       xdp(with_map_value({mov(2, 7), add(0, 8), atomic(kBytes8, 0, -8, 2, BPF_ADD)}), maps)},
      {"ImmediateToPacket", "B8",
       packet({store_imm(kBytes8, 2, 8, -5), store_imm(kBytes4, 2, 16, 0x12345678),
               store_imm(kBytes2, 2, 20, -2), store_imm(kBytes1, 2, 22, 99)})},
      {"ImmediateToStack", "B8",
       packet(Code{store_imm(kBytes8, 10, -8, -5), store_imm(kBytes2, 10, -6, 0x1234),
                   store_imm(kBytes4, 10, -300, 0x12345678), load(kBytes8, 5, 10, -8),
                   load(kBytes4, 6, 10, -300), alu64_reg(BPF_XOR, 5, 6)} +
              kShow)},
      {"NetworkOffset", "B10", absolute(SKF_NET_OFF)},
      {"OffsetBeyond16Bits", "B10", absolute(65536 + 14)},
      {"IndexBeyond16Bits", "B10", indirect(0, 65536 + 14)},
      {"NetworkIndex", "packet.index", indirect(SKF_NET_OFF - 3, 3)},
      {"IndexBeforePacket", "packet.index", indirect(-1, 0)},
      {"StackAtOnce", "B13",
       xdp(Code{store(kBytes8, 10, -8, 1), load(kBytes4, 2, 1, 0), load(kBytes4, 3, 1, 4),
                mov_reg(4, 2), add(4, 64), ebpf_test::jump_gt(4, 3, 3), load(kBytes8, 6, 10, -8),
                load(kBytes4, 5, 6, 0), store(kBytes1, 2, 40, 5)} +
           leave()),
       false, [](Capability&) {}, false},
  };
}

std::vector<Case> helpers() {
  // The callee, which has no frame of its own, looks up its caller's key.
  const Code caller = {load(kBytes4, 6, 1, 0),
                       load(kBytes4, 7, 1, 4),
                       mov_reg(8, 6),
                       add(8, 64),
                       ebpf_test::jump_gt(8, 7, 7),
                       mov(2, 0),
                       store(kBytes8, 10, -8, 2),
                       mov_reg(2, 10),
                       add(2, -4),
                       ebpf_test::call_local(4),
                       store(kBytes8, 6, 40, 0),
                       mov(0, 2)};
  const Code callee =
      ebpf_test::load_map(1, 0) + Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 1),
                                       load(kBytes8, 0, 0, 0), exit_insn()};
  const auto moved = [](Capability& c) { c.adjust_head.off_max = 256; };
  return {
      {"KeyInCaller", "B11", xdp(caller + leave() + callee, {array_map()}), true},
      {"Window", "adjust_head.window",
       packet({mov_reg(7, 2), mov(2, 60), call(BPF_FUNC_xdp_adjust_head)}), false, moved},
      // On the way over the jump, the addend has all bits; verification sees it on the other way alone, where it fits 16.
      {"HiddenAddend", "values.hidden",
       xdp(with_packet(64, Code{load(kBytes8, 7, 2, 8), load(kBytes8, 8, 2, 16),
                                op(BPF_JMP | BPF_JGT | BPF_X, 7, 8, 1, 0), alu64(BPF_AND, 8, 0xff),
                                mov(2, 0), store(kBytes4, 10, -4, 2), mov_reg(2, 10), add(2, -4)} +
                               ebpf_test::load_map(1, 0) +
                               Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 1),
                                    atomic(kBytes8, 0, 0, 8, BPF_ADD)}),
           {array_map()})},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& part : {arithmetic(), copying(), memory(), helpers()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

// Bytes count up from 7, but for a 0 at 1, a 69 at 2, the 14 that classifiers look for and a small number at 200; also backwards.
fuzz::Input input_of(const Case& tested) {
  fuzz::Input input;
  fuzz::Bytes bytes(420);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(7 + 11 * i);
  bytes[1] = 0;
  bytes[2] = 69;
  bytes[14] = 14;
  input.packets.push_back(bytes);
  std::reverse(bytes.begin() + 3, bytes.end());
  for (fuzz::Bytes* packet : {&input.packets.back(), &bytes})
    base::store_le<uint64_t>(&(*packet)[200], 5);
  input.packets.push_back(bytes);
  for (const ebpf::MapDef& map : tested.program.maps) {
    fuzz::Entries entries;
    for (uint32_t index = 0; index < map.max_entries; ++index) {
      fuzz::Bytes key(map.key_bytes), value(map.value_bytes);
      base::store_le(key.data(), index);
      if (tested.map_from_user && index == 0) {
        for (size_t i = 0; i < value.size(); ++i) value[i] = static_cast<uint8_t>(i + 1);
      }
      entries[key] = value;
    }
    input.maps.push_back(entries);
  }
  return input;
}

std::string difference_on_card(const Case& tested, const firmware::Image& image,
                               const firmware::AdjustHead& window) {
  const fuzz::Input input = input_of(tested);
  ebpf::InterpreterOptions options;
  options.off_min = window.off_min;
  options.off_max = window.off_max;
  const auto reference = fuzz::observe_reference(tested.program, input, options);
  EXPECT_TRUE(reference) << reference.error().text();
  const auto seen = fuzz::observe_core(tested.program, image, input);
  if (!reference || !seen) return seen ? "no reference" : seen.error().text();
  return fuzz::difference(fuzz::as_card_reports(*reference, tested.program.type), *seen);
}

bool is_warned(const firmware::Image& image, const std::string& rule) {
  return std::ranges::any_of(image.warnings, [&](const std::string& warning) {
    return warning.find(rule + ": ") != std::string::npos;
  });
}

class Defects : public testing::TestWithParam<Case> {};

TEST_P(Defects, AreWrongInTheDriversWordsAloneAndThereAsWarned) {
  const Case& tested = GetParam();
  offload::Target target = *offload::parse_target("nfp/full");
  tested.firmware(target.capability);
  const firmware::AdjustHead window = target.capability.adjust_head;
  const auto plain = offload::compile(tested.program, target);
  if (!plain) {
    const offload::DefectSpec* defect = offload::find_defect(tested.rule);
    EXPECT_EQ(defect->shows, offload::DefectSpec::Shows::kRefuses) << plain.error().text();
  } else {
    EXPECT_TRUE(is_warned(*plain, tested.rule)) << testing::PrintToString(plain->warnings);
    EXPECT_EQ(difference_on_card(tested, *plain, window) != "", tested.shows)
        << "the driver's words are " << (tested.shows ? "right" : "wrong");
    EXPECT_EQ(offload::touches_frame_early(plain->words), !tested.shows);
  }
  target.fix_defects = true;
  const auto fixed = offload::compile(tested.program, target);
  ASSERT_TRUE(fixed) << fixed.error().text();
  EXPECT_TRUE(fixed->warnings.empty()) << testing::PrintToString(fixed->warnings);
  EXPECT_EQ(fixed->codegen, firmware::kCodegenFixed);
  EXPECT_EQ(difference_on_card(tested, *fixed, window), "");
  EXPECT_FALSE(offload::touches_frame_early(fixed->words));
}

INSTANTIATE_TEST_SUITE_P(All, Defects, testing::ValuesIn(all_cases()),
                         [](const auto& param) { return param.param.name; });

TEST(DefectTable, HasACaseForEachThatIsCorrected) {
  const std::vector<Case> cases = all_cases();
  for (const offload::DefectSpec& defect : offload::kDefectSpecs) {
    const bool tested = std::ranges::any_of(
        cases, [&](const Case& c) { return std::string(c.rule) == defect.rule; });
    EXPECT_EQ(tested, defect.is_corrected()) << defect.rule;
  }
}

TEST(DefectTable, SaysWhyAWarningStays) {
  const Code event = Code{mov(0, 0), store(kBytes8, 10, -8, 0), mov_reg(4, 10), add(4, -8),
                          mov(5, 8), op(0xb4, 3, 0, 0, -1)} +
                     ebpf_test::load_map(2, 0) + call(BPF_FUNC_perf_event_output) + leave();
  offload::Target target = *offload::parse_target("nfp/full");
  target.fix_defects = true;
  const auto image = offload::compile(
      xdp(event, {ebpf_test::map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4)}), target);
  ASSERT_TRUE(image) << image.error().text();
  ASSERT_EQ(image->warnings.size(), 1u);
  EXPECT_NE(image->warnings[0].find("(not corrected: the firmware's routine makes the code"),
            std::string::npos)
      << image->warnings[0];
}

}  // namespace
