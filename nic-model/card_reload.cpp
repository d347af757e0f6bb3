// A program takes the place of another while packets pass: hold, let those in service end, go on.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/card.h"

namespace nic {

base::Result<void> Card::reload(const firmware::LinkedStore& store, uint64_t delay_ps) {
  if (run_.reload) {
    return base::Error{base::ErrorCode::kBusy,
                       "a program is being replaced; packets of the one before are in service",
                       config_.name};
  }
  base::Result<Program> program = prepare(store);
  if (!program) return program.error();
  run_.reload = Reload{std::move(*program)};
  run_.wheel.schedule(run_.wheel.now() + cycles_of(delay_ps), EventKind::kReload, 0);
  return {};
}

// The contexts that wait for packets ask again when they start afresh.
void Card::advance_reload(uint64_t now) {
  if (!run_.reload) return;
  Reload& reload = *run_.reload;
  if (!reload.is_holding) {
    reload.is_holding = true;
    reload.since_cycles = now;
  }
  if (!run_.window.is_empty()) return;
  for (WorkQueue& queue : run_.queues) queue.contexts.clear();
  program_ = std::move(reload.program);
  cluster_.replace(program_, now);
  ++run_.count.reloads;
  run_.count.held_cycles += now - reload.since_cycles;
  run_.reload.reset();
}

// A context that waits for ever must not hold all others: its packet had the watchdog's time.
void Card::check_holding(uint64_t now) {
  if (now - run_.reload->since_cycles > config_.watchdog_cycles) stop_stranded();
}

}  // namespace nic
