// The state and the statements of the generator of card programs.
// SPDX-License-Identifier: Apache-2.0
//
// r6 points to the packet, r9 to an unknown place close behind its start; the others hold numbers between statements.
// The context lies on the stack. Statements return code without jumps into each other, so they nest freely.
#pragma once

#include <array>

#include "base/rng.h"
#include "tests/compiler/programs.h"
#include "tests/fuzz/card_program.h"

namespace fuzz {

using namespace test;  // the short constructors of instructions

class CardProgramGenerator {
 public:
  CardProgramGenerator(uint64_t seed, const CardProgramOptions& options)
      : rng_(seed), options_(options) {}

  CardProgram generate();

 private:
  // --- the frame (card_program.cpp)
  Code prologue();
  Code bind_packet();
  Code set_inside(const Code& index);
  Code epilogue();
  Code statements(uint64_t count, unsigned depth);
  Code statement(unsigned depth);
  Code straight_statement();
  Code branch(unsigned depth);
  Code loop(unsigned depth);

  // --- numbers (card_program_arithmetic.cpp)
  Code arithmetic();
  Code shift();
  Code narrow(uint8_t reg);
  Code multiply();
  Code divide();
  Code swap();

  // --- packet and stack (card_program_memory.cpp)
  Code packet_access();
  Code move_inside();
  Code stack_access();
  Code spill_pointer();
  Code copy();
  int16_t copy_destination(int16_t from, int16_t pairs, int16_t bytes);
  Code load_absolute();
  Code choose_queue();

  // --- known defects of the reference lowering (card_program_defects.cpp)
  Code defect();
  Code frame_pointer_as_number();
  Code store_immediate();
  Code shift_by_anything();
  Code copy_that_turns();
  Code copy_to_far_tail();
  int32_t odd_packet_offset();

  // --- maps (card_program_maps.cpp)
  Code make_key(uint32_t map);
  Code map_arguments(uint32_t map);
  Code map_lookup();
  Code use_value(uint32_t map);
  Code count(uint32_t map);
  Code read_value(uint32_t map);
  Code copy_value(uint32_t map);
  Code make_value(const MapShape& shape);
  Code map_update();
  Code map_delete();

  // --- global data (card_program_globals.cpp)
  Code data_address(int16_t at, int16_t* off);
  Code global_data();
  Code count_globally();
  Code write_value(uint32_t map);

  // --- calls (card_program_calls.cpp)
  Code refill(uint8_t first = 0);
  Code fold(uint8_t reg);
  Code local_call();
  Code adjust_packet();
  Code callee_on_stack();
  Code lookup_of_caller_key();
  Code callee_on_packet();
  Code leave_callee();
  void place_callees(Code& code);

  // --- choices
  uint64_t below(uint64_t bound) { return rng_.below(bound); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  template <typename T, size_t N>
  T pick(const T (&list)[N]) {
    return list[below(N)];
  }
  int16_t small(uint64_t bound) { return static_cast<int16_t>(below(bound)); }
  uint8_t number();       // any register that holds a number and is not locked
  uint8_t kept_number();  // one that calls leave alone
  int32_t constant();
  uint8_t width();
  int16_t number_slot();  // 8 bytes of the stack that hold a number

  static int16_t bytes_of(uint8_t width) {
    return width == kBytes1 ? 1 : width == kBytes2 ? 2 : width == kBytes4 ? 4 : 8;
  }
  static uint8_t alu_k(uint8_t operation, bool wide) {
    return static_cast<uint8_t>((wide ? BPF_ALU64 : BPF_ALU) | operation | BPF_K);
  }
  static uint8_t alu_x(uint8_t operation, bool wide) {
    return static_cast<uint8_t>((wide ? BPF_ALU64 : BPF_ALU) | operation | BPF_X);
  }
  bool is_xdp() const { return out_.program.type == ebpf::ProgType::kXdp; }

  static constexpr uint8_t kPacket = 6, kInside = 9;
  static constexpr int16_t kNumberBytes = 96;  // of the stack, at its top
  static constexpr int16_t kContextSlot = -104, kSpillSlot = -112;
  static constexpr int16_t kLowestByte = -152;  // key and value lie between it and the spill slot
  static constexpr int16_t kReach = 112;        // bytes behind r6 and r9 that are proven
  static constexpr int16_t kToEnd = INT16_MIN;  // offset of jumps that leave
  enum Callee : int32_t { kOnStack, kOnPacket };

  base::Rng rng_;
  CardProgramOptions options_;
  CardProgram out_;
  bool loads_absolute_ = false;  // the kernel refuses such loads beside local calls
  int16_t key_at_ = 0, value_at_ = 0;
  std::array<bool, 10> locked_{};  // loop counters
};

}  // namespace fuzz
