// The verilated module: ports, clock and the few registers that the adapter reads and writes.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/core_model.h"

#include <cstring>
#include <fstream>

#include <Vfpc_core.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <verilated_cov.h>
#endif
#include <Vfpc_core___024root.h>
#ifdef FPC_INJECT
#include <Vfpc_core_fpc_inject_pkg.h>
#endif

namespace rtl {
namespace {

// Names that Verilator gives to what rtl/*.sv marks as public.
#define FPC_REGISTER(path) fpc_core__DOT__##path
#define FPC_FILE(name) FPC_REGISTER(u_execute__DOT__u_register_files__DOT__##name##__DOT__mem)
#define FPC_CONTEXTS(name) FPC_REGISTER(u_contexts__DOT__##name)

// Numbers of fpc_pkg.sv.
constexpr unsigned kKindGpr = 1, kKindGprAbs = 2, kKindXfer = 3, kKindXferIndex = 4, kKindLmem = 5;

template <typename Words>
uint32_t* window(Words& words, unsigned slot, unsigned size) {
  return &words[slot * size];
}

}  // namespace

struct CoreModel::Verilated {
  VerilatedContext context;
  Vfpc_core top{&context};
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> waves;
#endif

  Vfpc_core___024root& root() { return *top.rootp; }
};

CoreModel::CoreModel() : v_(std::make_unique<Verilated>()) { reset(0, 0, 0, 0); }

CoreModel::~CoreModel() {
#if VM_TRACE_FST
  if (v_->waves) v_->waves->close();
#endif
  v_->top.final();
}

void CoreModel::dump_waves([[maybe_unused]] uint64_t time) {
#if VM_TRACE_FST
  if (v_->waves) v_->waves->dump(time);
#endif
}

void CoreModel::tick() {
  v_->top.clk_i = 1;
  v_->top.eval();
  dump_waves(2 * cycles_);
  v_->top.clk_i = 0;
  v_->top.eval();
  dump_waves(2 * cycles_ + 1);
  ++cycles_;
}

void CoreModel::halted_tick() {
  v_->top.halt_i = 1;
  v_->top.cmd_ready_i = 0;
  tick();
  v_->top.halt_i = 0;
  v_->top.cmd_ready_i = 1;
}

void CoreModel::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  Vfpc_core& top = v_->top;
  const uint16_t size = v_->root().FPC_REGISTER(store_size_q);
  top.clk_i = 0;
  top.rst_ni = 0;
  top.boot_pc_i = pc;
  top.boot_contexts_i = slot_mask;
  top.boot_seed_i = seed;
  top.core_number_i = static_cast<uint16_t>(number);
  tick();
  top.rst_ni = 1;
  const auto clear = [](auto& file) { std::memset(&file[0], 0, sizeof file); };
  clear(v_->root().FPC_FILE(u_gpr_a));
  clear(v_->root().FPC_FILE(u_gpr_b));
  clear(v_->root().FPC_FILE(u_xfer_in));
  clear(v_->root().FPC_FILE(u_xfer_out));
  clear(v_->root().FPC_FILE(u_lm));
  top.store_size_we_i = 1;
  top.store_size_i = size;
  halted_tick();
  top.store_size_we_i = 0;
}

void CoreModel::load(std::span<const fpc::Word> words) {
  Vfpc_core& top = v_->top;
  top.store_we_i = 1;
  for (size_t at = 0; at < words.size(); ++at) {
    top.store_addr_i = static_cast<uint16_t>(at);
    top.store_data_i = words[at];
    halted_tick();
  }
  top.store_we_i = 0;
  top.store_size_we_i = 1;
  top.store_size_i = static_cast<uint16_t>(words.size());
  halted_tick();
  top.store_size_we_i = 0;
}

CoreModel::Cycle CoreModel::clock(uint64_t timestamp, bool watchdog) {
  Vfpc_core& top = v_->top;
  top.timestamp_i = timestamp;
  top.watchdog_i = watchdog;
  tick();
  corrected_ += top.store_corrected_o;
  return {top.retire_busy_o != 0, top.retire_valid_o != 0, top.fault_valid_o != 0,
          top.cmd_valid_o != 0,   top.swapped_o != 0,      top.sync_o != 0};
}

fpc::Fault CoreModel::fault() const {
  const Vfpc_core& top = v_->top;
  return {static_cast<fpc::FaultKind>(top.fault_kind_o), top.fault_ctx_o, top.fault_pc_o, 0};
}

fpc::MemoryCommand CoreModel::command() const {
  const Vfpc_core& top = v_->top;
  return {.op = static_cast<fpc::Op>(top.cmd_op_o),
          .slot = top.cmd_ctx_o,
          .xfer = top.cmd_xfer_o,
          .length = top.cmd_length_o,
          .signal = top.cmd_signal_o,
          .swaps = top.cmd_swaps_o != 0,
          .wide = top.cmd_wide_o != 0,
          .is64 = top.cmd_is64_o != 0,
          .has_data16 = top.cmd_has_data16_o != 0,
          .data16 = top.cmd_data16_o,
          .address = top.cmd_address_o};
}

uint16_t CoreModel::retired_address() const { return v_->top.retire_pc_o; }

Retired CoreModel::retired() const {
  const Vfpc_core& top = v_->top;
  Retired word{.slot = top.retire_ctx_o,
               .address = top.retire_pc_o,
               .word = top.retire_word_o,
               .a = top.retire_a_o,
               .b = top.retire_b_o,
               .result = top.retire_result_o,
               .flags = {(top.retire_flags_o & 8) != 0, (top.retire_flags_o & 4) != 0,
                         (top.retire_flags_o & 2) != 0, (top.retire_flags_o & 1) != 0},
               .prev_a = top.retire_prev_a_o,
               .prev_r = top.retire_prev_r_o,
               .is_command = top.retire_command_o != 0};
  if (top.retire_writes_o == 0) return word;
  const unsigned value = top.retire_dst_value_o;
  word.bank_b = top.retire_dst_bank_o != 0;
  word.both = top.retire_dst_both_o != 0;
  switch (top.retire_dst_kind_o) {
    case kKindGpr:
      word.kind = Retired::Kind::kGpr;
      word.number = static_cast<uint16_t>(word.slot * fpc::kRelativeGprs + value);
      break;
    case kKindGprAbs:
      word.kind = Retired::Kind::kGpr;
      word.number = static_cast<uint16_t>(value);
      break;
    case kKindXfer:
    case kKindXferIndex:
      word.kind = Retired::Kind::kXfer;
      word.number = top.retire_xfer_o;
      break;
    case kKindLmem:
      word.kind = Retired::Kind::kLm;
      word.number = top.retire_lm_word_o;
      break;
    default:
      break;
  }
  return word;
}

fpc::Flags CoreModel::flags() const {
  const unsigned bits = v_->root().FPC_REGISTER(u_execute__DOT__u_state__DOT__flags_q);
  return {(bits & 8) != 0, (bits & 4) != 0, (bits & 2) != 0, (bits & 1) != 0};
}

unsigned CoreModel::ready_slots() const { return v_->root().FPC_CONTEXTS(ready); }
bool CoreModel::is_running() const { return v_->root().FPC_CONTEXTS(running_q) != 0; }
unsigned CoreModel::current_slot() const { return v_->root().FPC_CONTEXTS(current_q); }

void CoreModel::signal(unsigned slot, uint16_t mask) {
  Vfpc_core& top = v_->top;
  top.signal_valid_i = 1;
  top.signal_ctx_i = static_cast<uint8_t>(slot);
  top.signal_mask_i = mask;
  halted_tick();
  top.signal_valid_i = 0;
}

uint32_t CoreModel::pull(unsigned slot, unsigned number) {
  v_->top.pull_addr_i = static_cast<uint8_t>(slot * fpc::kXferRegs + number);
  v_->top.eval();
  return v_->top.pull_data_o;
}

void CoreModel::push(unsigned slot, unsigned number, uint32_t value) {
  Vfpc_core& top = v_->top;
  top.push_valid_i = 1;
  top.push_addr_i = static_cast<uint8_t>(slot * fpc::kXferRegs + number);
  top.push_data_i = value;
  halted_tick();
  top.push_valid_i = 0;
}

void CoreModel::read(unsigned slot, fpc::ContextState& to) const {
  Vfpc_core___024root& root = v_->root();
  const auto copy = [slot](auto& file, auto& registers) {
    std::memcpy(registers.data(), window(file, slot, static_cast<unsigned>(registers.size())),
                sizeof registers);
  };
  copy(root.FPC_FILE(u_gpr_a), to.a);
  copy(root.FPC_FILE(u_gpr_b), to.b);
  copy(root.FPC_FILE(u_xfer_in), to.xfer_in);
  copy(root.FPC_FILE(u_xfer_out), to.xfer_out);
  copy(root.FPC_REGISTER(u_execute__DOT__u_index_registers__DOT__lm_addr_q), to.lm_addr);
  to.pc = root.FPC_CONTEXTS(pc_q)[slot];
  to.signals = root.FPC_CONTEXTS(signals_q)[slot];
  to.wakeup = root.FPC_CONTEXTS(wakeup_q)[slot];
  to.asleep = (root.FPC_CONTEXTS(asleep_q) >> slot & 1) != 0;
  to.enabled = (root.FPC_CONTEXTS(enabled_q) >> slot & 1) != 0;
}

void CoreModel::write(unsigned slot, const fpc::ContextState& from) {
  Vfpc_core___024root& root = v_->root();
  const auto copy = [slot](auto& file, const auto& registers) {
    std::memcpy(window(file, slot, static_cast<unsigned>(registers.size())), registers.data(),
                sizeof registers);
  };
  const auto set_bit = [slot](CData& bits, bool value) {
    bits = static_cast<CData>((bits & ~(1u << slot)) | (value ? 1u << slot : 0u));
  };
  copy(root.FPC_FILE(u_gpr_a), from.a);
  copy(root.FPC_FILE(u_gpr_b), from.b);
  copy(root.FPC_FILE(u_xfer_out), from.xfer_out);
  copy(root.FPC_REGISTER(u_execute__DOT__u_index_registers__DOT__lm_addr_q), from.lm_addr);
  root.FPC_CONTEXTS(signals_q)[slot] = from.signals;
  root.FPC_CONTEXTS(wakeup_q)[slot] = from.wakeup;
  set_bit(root.FPC_CONTEXTS(asleep_q), from.asleep);
  set_bit(root.FPC_CONTEXTS(enabled_q), from.enabled);
  if (root.FPC_CONTEXTS(pc_q)[slot] == from.pc) return;
  root.FPC_CONTEXTS(pc_q)[slot] = from.pc;
  if (!is_running() || current_slot() != slot) return;
  // Bubbles and a target out of range belong to where it would have gone on.
  root.FPC_REGISTER(u_execute__DOT__u_sequencer__DOT__bubbles_q) = 0;
  root.FPC_REGISTER(u_execute__DOT__u_sequencer__DOT__beyond_q) = 0;
}

std::span<uint32_t, fpc::kLmWords> CoreModel::local_memory() {
  return std::span<uint32_t, fpc::kLmWords>(&v_->root().FPC_FILE(u_lm)[0], fpc::kLmWords);
}

void CoreModel::settle() { halted_tick(); }

bool CoreModel::record_waves([[maybe_unused]] const std::string& path) {
#if VM_TRACE_FST
  if (!std::ofstream(path)) return false;  // fstapi does not tell
  v_->context.traceEverOn(true);
  v_->waves = std::make_unique<VerilatedFstC>();
  v_->top.trace(v_->waves.get(), 99);
  v_->waves->open(path.c_str());
  return v_->waves->isOpen();
#else
  return false;
#endif
}

bool CoreModel::write_coverage([[maybe_unused]] const std::string& path) const {
#if VM_COVERAGE
  v_->context.coveragep()->write(path.c_str());
  return std::ifstream(path).good();
#else
  return false;
#endif
}

void CoreModel::inject([[maybe_unused]] unsigned number) {
#ifdef FPC_INJECT
  v_->top.__PVT__fpc_inject_pkg->selected = static_cast<CData>(number);
#endif
}

}  // namespace rtl
