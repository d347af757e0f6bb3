// A program's frame: a prologue that proves packet bounds, statements, an epilogue that stores all numbers in the packet.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/card_program.h"

#include <fmt/format.h>

#include <span>

#include "tests/fuzz/card_program_generator.h"

namespace fuzz {
namespace {

constexpr uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 7, 8};
constexpr int16_t kXdpData = 0, kXdpDataEnd = 4, kSkbData = 76, kSkbDataEnd = 80;

}  // namespace

const MapShape kMapShapes[3] = {{"array", BPF_MAP_TYPE_ARRAY, 4, 32, 8, 0, 16},
                                {"hash", BPF_MAP_TYPE_HASH, 8, 24, 8, 16, 8},
                                {"data", BPF_MAP_TYPE_ARRAY, 4, 320, 1, 256, 64}};

CardProgram random_card_program(uint64_t seed, const CardProgramOptions& options) {
  CardProgram out = CardProgramGenerator(seed, options).generate();
  out.program.name = fmt::format("random_{}", seed);
  return out;
}

CardProgram CardProgramGenerator::generate() {
  std::vector<ebpf::MapDef> maps;
  for (const MapShape& shape : std::span(kMapShapes).first(options_.global_data ? 3 : 2)) {
    maps.push_back(ebpf_test::map_def(shape.name, shape.type, shape.key_bytes, shape.value_bytes,
                                      shape.entries));
  }
  out_.program = xdp({}, std::move(maps));
  if (chance(4)) out_.program.type = ebpf::ProgType::kSchedCls;
  loads_absolute_ = !is_xdp() && chance(3);
  const bool key_lowest = chance(2);
  key_at_ = key_lowest ? kLowestByte : static_cast<int16_t>(kLowestByte + 32);
  value_at_ = key_lowest ? static_cast<int16_t>(kLowestByte + 8) : kLowestByte;

  Code code = prologue() + statements(4 + below(12), 2) + epilogue();
  const auto out = static_cast<int32_t>(code.size());
  code = code + leave();
  for (int32_t i = 0; i < out; ++i) {
    ebpf::Insn& insn = code[static_cast<size_t>(i)];
    if (insn.off == kToEnd) insn.off = static_cast<int16_t>(out - i - 1);
  }
  place_callees(code);
  out_.program.insns = std::move(code);
  return std::move(out_);
}

uint8_t CardProgramGenerator::number() {
  for (;;) {
    const uint8_t reg = pick(kNumbers);
    if (!locked_[reg]) return reg;
  }
}

uint8_t CardProgramGenerator::kept_number() {
  return locked_[7] || (!locked_[8] && chance(2)) ? 8 : 7;
}

int32_t CardProgramGenerator::constant() {
  constexpr int32_t kEdges[] = {0,      1,       -1,         127,        128,  255,    256,
                                0xffff, 0x10000, 0x12345678, 0x7fffffff, -256, -65536, 0xff00};
  if (options_.reach_defects && chance(8)) return INT32_MIN;
  return chance(3) ? static_cast<int32_t>(rng_.next()) : pick(kEdges);
}

uint8_t CardProgramGenerator::width() {
  constexpr uint8_t kWidths[] = {kBytes1, kBytes2, kBytes4, kBytes8};
  return pick(kWidths);
}

int16_t CardProgramGenerator::number_slot() {
  return static_cast<int16_t>(-8 * (1 + static_cast<int16_t>(below(kNumberBytes / 8))));
}

Code CardProgramGenerator::prologue() {
  const ebpf::Insn spill = store(kBytes8, 10, kContextSlot, 1);
  Code code = bind_packet();
  // The reference lowering touches the stack too early when a program begins with it (B13).
  code.insert(code.begin() + (options_.reach_defects && chance(8) ? 0 : 1), spill);
  for (const uint8_t reg : kNumbers) {
    code.push_back(
        load(chance(2) ? kBytes8 : kBytes4, reg, kPacket, static_cast<int16_t>(reg * 8)));
  }
  for (int16_t at = 8; at <= kNumberBytes; at = static_cast<int16_t>(at + 8))
    code.push_back(store(kBytes8, 10, static_cast<int16_t>(-at), number()));
  return code;
}

// r6 and r9 from the context in r1; both reach far enough behind it. Spends r3, r4 and r5.
Code CardProgramGenerator::bind_packet() {
  const Code bounds = {load(kBytes4, kPacket, 1, is_xdp() ? kXdpData : kSkbData),
                       load(kBytes4, 3, 1, is_xdp() ? kXdpDataEnd : kSkbDataEnd),
                       mov_reg(4, kPacket), add(4, kReach), ebpf_test::jump_gt(4, 3, kToEnd)};
  return bounds + set_inside({load(kBytes1, 5, kPacket, 3)});
}

// r9 lies as many bytes behind the packet's start as `index` leaves in r5, modulo 16; r3 is the packet's end.
Code CardProgramGenerator::set_inside(const Code& index) {
  return index + Code{alu64(BPF_AND, 5, 15),
                      mov_reg(kInside, kPacket),
                      alu64_reg(BPF_ADD, kInside, 5),
                      mov_reg(4, kInside),
                      add(4, kReach),
                      ebpf_test::jump_gt(4, 3, kToEnd)};
}

Code CardProgramGenerator::epilogue() {
  Code code;
  int16_t at = 0;
  for (const uint8_t reg : kNumbers) {
    code.push_back(store(kBytes8, kPacket, at, reg));
    at = static_cast<int16_t>(at + 8);
  }
  for (int16_t slot = 8; slot <= 40; slot = static_cast<int16_t>(slot + 8)) {
    code.push_back(load(kBytes8, 1, 10, static_cast<int16_t>(-slot)));
    code.push_back(store(kBytes8, kPacket, at, 1));
    at = static_cast<int16_t>(at + 8);
  }
  if (is_xdp()) return code + Code{alu64(BPF_AND, 0, 3), exit_insn()};
  constexpr int32_t kCodes[] = {2, 4, 5, -1, 8};  // those that the card's driver accepts
  return code +
         Code{op(BPF_JMP | BPF_JSET | BPF_K, 7, 0, 2, 1), mov(0, pick(kCodes)), exit_insn()} +
         leave(pick(kCodes));
}

Code CardProgramGenerator::statements(uint64_t count, unsigned depth) {
  Code code;
  for (uint64_t i = 0; i < count; ++i) code = code + statement(depth);
  return code;
}

Code CardProgramGenerator::statement(unsigned depth) {
  switch (below(depth > 0 ? 24 : 21)) {
    case 0:
    case 1:
      return map_lookup();
    case 2:
      return map_update();
    case 3:
      return map_delete();
    case 4:
    case 5:
      return loads_absolute_ ? load_absolute() : local_call();
    case 6:
      return move_inside();
    case 7:
      return is_xdp() && chance(2) ? adjust_packet() : spill_pointer();
    case 21:
    case 22:
      return branch(depth - 1);
    case 23:
      return loop(depth - 1);
    default:
      return straight_statement();
  }
}

Code CardProgramGenerator::straight_statement() {
  if (options_.global_data && chance(3)) return global_data();
  if (options_.reach_defects && chance(6)) return defect();
  switch (below(13)) {
    case 0:
    case 1:
    case 2:
      return arithmetic();
    case 3:
      return shift();
    case 4:
      return multiply();
    case 5:
      return divide();
    case 6:
      return swap();
    case 7:
    case 8:
      return packet_access();
    case 9:
    case 10:
      return stack_access();
    case 11:
      return is_xdp() && chance(16) ? choose_queue() : arithmetic();
    default:
      return copy();
  }
}

Code CardProgramGenerator::branch(unsigned depth) {
  constexpr uint8_t kConditions[] = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,  BPF_JLT, BPF_JLE,
                                     BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET};
  Code body = statements(1 + below(3), depth);
  const uint8_t condition = pick(kConditions);
  const auto group = static_cast<uint8_t>(chance(2) ? BPF_JMP : BPF_JMP32);
  Code other;
  if (chance(3)) {
    other = statements(1, depth);
    body.push_back(op(BPF_JMP | BPF_JA, 0, 0, static_cast<int16_t>(other.size()), 0));
  }
  const auto off = static_cast<int16_t>(body.size());
  const uint8_t left = number();
  uint8_t right = number();
  // Of a register compared with itself the kernel follows both ways, and loses its bounds on the impossible one.
  while (right == left) right = number();
  const ebpf::Insn jump =
      chance(2) ? op(static_cast<uint8_t>(group | condition | BPF_X), left, right, off, 0)
                : op(static_cast<uint8_t>(group | condition | BPF_K), left, 0, off, constant());
  return Code{jump} + body + other;
}

// A few rounds, counted in a register that the body leaves alone.
Code CardProgramGenerator::loop(unsigned depth) {
  if (locked_[7] || locked_[8]) return straight_statement();
  const uint8_t counter = kept_number();
  locked_[counter] = true;
  Code body = statements(1 + below(2), depth);
  locked_[counter] = false;
  body.push_back(add(counter, -1));
  const auto back = static_cast<int16_t>(-static_cast<int64_t>(body.size()) - 1);
  const Code start = chance(2) ? Code{mov(counter, 1 + static_cast<int32_t>(below(4)))}
                               : Code{alu64(BPF_AND, counter, 3)};
  return start + body + op(BPF_JMP | BPF_JSGT | BPF_K, counter, 0, back, 0);
}

}  // namespace fuzz
