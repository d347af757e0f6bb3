// Runs one context, performs each command at once and adds up.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/cost.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "fpc/code_store.h"
#include "fpc/firmware/abi.h"
#include "fpc/interpreter.h"

namespace cost {
namespace {

constexpr uint32_t kBuffer = 1u << 31;
constexpr uint32_t kBudget = 1'000'000;

void hand_out(const fpc::MemoryCommand& command, fpc::ContextState& context, uint32_t sequence,
              size_t bytes) {
  uint32_t* pv = &context.xfer_in[command.xfer];
  std::fill_n(pv, firmware::kPvWords, 0);
  pv[firmware::kPvLength] = static_cast<uint32_t>(bytes);
  pv[firmware::kPvPointer] = kBuffer | firmware::kPacketOffset;
  pv[firmware::kPvSequence] = sequence;
}

// Of the datapath, which takes what is written.
bool is_io(const fpc::MemoryCommand& command) {
  return command.wide && command.address >= firmware::kIoBase &&
         command.address < firmware::kIoBase + firmware::kIoBytes;
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "cost: %s\n", what);
  std::abort();
}

}  // namespace

Cost of_packet(const firmware::LinkedStore& store, fpc::ByteStore& memory,
               const std::vector<uint8_t>& bytes) {
  auto code = fpc::CodeStore::create(store.words);
  if (!code) give_up("the store does not fit");
  fpc::Interpreter core;
  core.set_code(*code);
  core.reset(static_cast<uint16_t>(store.entry), 1, 1, 0);
  uint64_t now = 0, last_command = 0, last_packet = 0;
  uint32_t packets = 0;
  Cost cost;
  for (;;) {
    const fpc::Step step = core.run(now, kBudget);
    if (step.reason != fpc::StopReason::kCommand) give_up("not a command");
    const fpc::MemoryCommand& command = core.command();
    now += step.cycles;
    cost.busy += step.cycles;
    ++cost.commands;
    if (command.swaps) {
      now = std::max(now, last_command + (command.wide ? kSpacing40 : kSpacing32));
      last_command = now;
    }
    fpc::ContextState& context = core.context(command.slot);
    if (command.op == fpc::Op::kMemPacketAddThread) {
      cost.cycles = now - last_packet;
      if (++packets == 3) return cost;
      last_packet = now;
      cost.busy = cost.commands = 0;
      if (!memory.write(kBuffer | firmware::kPacketOffset, bytes)) give_up("no memory");
      hand_out(command, context, packets, bytes.size());
    } else if (command.address == firmware::kIoSequence) {
      std::fill_n(&context.xfer_in[command.xfer], command.length, packets);
    } else if (!is_io(command) && !perform(command, context, memory)) {
      give_up("a command is refused");
    }
    core.signal(command.slot, command.signal_mask());
  }
}

}  // namespace cost
