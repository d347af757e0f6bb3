// A SystemC design with the core in it: a memory of 64 words answers its commands, four contexts add to one counter each.
// SPDX-License-Identifier: Apache-2.0
#include <Vbench_core.h>

#include <array>
#include <iostream>
#include <systemc>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/isa.h"

namespace {

constexpr unsigned kRounds = 10;  // of each context
constexpr uint32_t kStep = 5;

// Reads its counter, adds, writes it back, ten times; then goes to sleep for good.
constexpr const char* kProgram = R"(
local_csr_rd[ActCtxStatus]
immed[gprB_1, 0x0]
alu_shf[gprA_0, --, B, gprB_1, <<2]
immed[gprA_3, 0xa]
again: mem[read32, $xfer_0, gprA_0, 0x0, 1], ctx_swap[sig1]
alu[$xfer_0, $xfer_0, +, 0x5]
mem[write32, $xfer_0, gprA_0, 0x0, 1], ctx_swap[sig2]
alu[gprA_3, gprA_3, -, 0x1]
bne[again]
ctx_arb[sig15]
)";

template <typename T>
using Signal = sc_core::sc_signal<T>;

struct Bench : sc_core::sc_module {
  sc_core::sc_clock clock{"clock", sc_core::sc_time(1.25, sc_core::SC_NS)};
  Signal<bool> reset_n, halt, store_we, size_we, signal_valid, cmd_valid, cmd_ready, push_valid,
      fault;
  Signal<uint32_t> store_addr, size, signal_ctx, signal_mask, op, ctx, xfer, number, pull_addr,
      pull_data, push_addr, push_data;
  Signal<uint64_t> store_data, address;
  Vbench_core core{"core"};
  std::array<uint32_t, 64> memory{};
  unsigned writes = 0;

  explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
    core.clk_i(clock);
    core.rst_ni(reset_n);
    core.halt_i(halt);
    core.store_we_i(store_we);
    core.store_addr_i(store_addr);
    core.store_data_i(store_data);
    core.store_size_we_i(size_we);
    core.store_size_i(size);
    core.signal_valid_i(signal_valid);
    core.signal_ctx_i(signal_ctx);
    core.signal_mask_i(signal_mask);
    core.cmd_valid_o(cmd_valid);
    core.cmd_ready_i(cmd_ready);
    core.cmd_op_o(op);
    core.cmd_ctx_o(ctx);
    core.cmd_xfer_o(xfer);
    core.cmd_signal_o(number);
    core.cmd_address_o(address);
    core.pull_addr_i(pull_addr);
    core.pull_data_o(pull_data);
    core.push_valid_i(push_valid);
    core.push_addr_i(push_addr);
    core.push_data_i(push_data);
    core.fault_valid_o(fault);
    SC_HAS_PROCESS(Bench);
    SC_THREAD(run);
  }

  void cycle() { wait(clock.negedge_event()); }

  void load(const std::vector<fpc::Word>& words) {
    store_we = true;
    for (size_t at = 0; at < words.size(); ++at) {
      store_addr = static_cast<uint32_t>(at);
      store_data = fpc::with_ecc(words[at]);
      cycle();
    }
    store_we = false;
    size_we = true;
    size = static_cast<uint32_t>(words.size());
    cycle();
    size_we = false;
  }

  // One command: taken, answered a few cycles later.
  void answer() {
    constexpr unsigned kLatency = 7, kXferRegs = 64;
    const uint32_t context = ctx, place = context * kXferRegs + xfer, event = 1u << number.read();
    const auto word = static_cast<size_t>(address.read() / 4 % memory.size());
    const bool is_write = op == static_cast<uint32_t>(fpc::Op::kMemWrite32);
    pull_addr = place;
    cmd_ready = true;
    cycle();
    cmd_ready = false;
    if (is_write) {
      memory[word] = pull_data;
      ++writes;
    }
    for (unsigned i = 0; i < kLatency; ++i) cycle();
    push_valid = !is_write;
    push_addr = place;
    push_data = memory[word];
    cycle();
    push_valid = false;
    signal_valid = true;
    signal_ctx = context;
    signal_mask = event;
    cycle();
    signal_valid = false;
  }

  void run() {
    halt = true;
    reset_n = false;
    cycle();
    reset_n = true;
    load(fpc::assemble(kProgram)->words);
    halt = false;
    for (unsigned quiet = 0; quiet < 100; ++quiet) {
      if (cmd_valid) {
        answer();
        quiet = 0;
      }
      cycle();
    }
    sc_core::sc_stop();
  }
};

}  // namespace

int sc_main(int, char**) {
  Bench bench("bench");
  sc_core::sc_start();
  bool is_right = bench.writes == 4 * kRounds && !bench.fault;
  for (unsigned context = 0; context < 4; ++context)  // hardware contexts 0, 2, 4, 6
    is_right = is_right && bench.memory[2 * context] == kRounds * kStep;
  std::cout << bench.writes << " writes, counters";
  for (unsigned context = 0; context < 4; ++context) std::cout << " " << bench.memory[2 * context];
  std::cout << (is_right ? "\n" : ": wrong\n");
  return is_right ? 0 : 1;
}
