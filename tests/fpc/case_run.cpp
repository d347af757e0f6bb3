// Runs a Case on an engine and compares.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/code_store.h"
#include "fpc/interpreter.h"
#include "fpc/jit/jit.h"
#include "rtl/rtl_core.h"
#include "tests/fpc/case_file.h"

namespace fpc::test {
namespace {

constexpr uint32_t kBudget = 10'000;
constexpr unsigned kMaxSteps = 1'000;

uint32_t& register_at(Core& core, const Place& place) {
  ContextState& context = core.context(place.slot);
  if (place.kind == "a") return context.a[place.number];
  if (place.kind == "b") return context.b[place.number];
  if (place.kind == "xin") return context.xfer_in[place.number];
  if (place.kind == "xout") return context.xfer_out[place.number];
  if (place.kind == "lmaddr") return context.lm_addr[place.number];
  return core.local_memory()[place.number];
}

std::string name_of(const Place& place) {
  return fmt::format("{}:{}{}", place.slot, place.kind, place.number);
}

bool apply(const Setting& setting, Core& core, ByteStore& memory) {
  if (setting.place.kind != "mem") {
    register_at(core, setting.place) = setting.values.front();
    return true;
  }
  const std::vector<uint8_t> bytes(setting.values.begin(), setting.values.end());
  return memory.write(setting.place.number, bytes);
}

std::string text_of(Flags flags) {
  std::string text;
  if (flags.n) text += "n ";
  if (flags.z) text += "z ";
  if (flags.c) text += "c ";
  if (flags.v) text += "v ";
  return text.empty() ? "none" : text.substr(0, text.size() - 1);
}

// Empty while execution goes on; otherwise why it ended.
std::string follow(const Step& step, const Case& test, Core& core, ByteStore& memory) {
  if (step.reason == StopReason::kCommand) {
    const MemoryCommand command = core.command();
    if (!perform(command, core.context(command.slot), memory)) return "refused command";
    core.signal(command.slot, command.signal_mask());
  } else if (step.reason == StopReason::kFault) {
    const Fault& fault = core.fault();
    const bool is_end =
        fault.kind == FaultKind::kPcOutOfRange && fault.address == test.words.size();
    if (!is_end) return fmt::format("{} @ {}", to_string(fault.kind), fault.address);
  }
  return {};
}

std::string mismatch(const std::string& what, const std::string& found, const std::string& wanted) {
  return fmt::format("{} is {}, expected {}", what, found, wanted);
}

void check_setting(const Setting& setting, Core& core, const ByteStore& memory,
                   std::vector<std::string>& wrong) {
  const Place& place = setting.place;
  if (place.kind != "mem") {
    const uint32_t found = register_at(core, place);
    const uint32_t wanted = setting.values.front();
    if (found != wanted) {
      wrong.push_back(
          mismatch(name_of(place), fmt::format("{:#x}", found), fmt::format("{:#x}", wanted)));
    }
    return;
  }
  std::vector<uint8_t> found(setting.values.size());
  memory.read(place.number, found);
  const std::vector<uint8_t> wanted(setting.values.begin(), setting.values.end());
  if (found != wanted) {
    wrong.push_back(mismatch(fmt::format("mem {:#x}", place.number),
                             fmt::format("{:02x}", fmt::join(found, " ")),
                             fmt::format("{:02x}", fmt::join(wanted, " "))));
  }
}

}  // namespace

std::unique_ptr<Core> make_engine(std::string_view name) {
  if (name == "interpreter") return std::make_unique<Interpreter>();
  if (name == "jit") return std::make_unique<Jit>();
  if (name == "rtl") return rtl::make_core();
  return nullptr;
}

Outcome execute(const Case& test, Core& core, ByteStore& memory) {
  Outcome outcome;
  const base::Result<CodeStore> code = CodeStore::create(test.words);
  if (!code) return {0, 0, code.error().text()};
  core.set_code(*code);
  core.reset(0, test.slot_mask, /*seed=*/1, /*number=*/0);
  for (const Setting& setting : test.before) {
    if (!apply(setting, core, memory)) return {0, 0, "memory full"};
  }
  for (unsigned i = 0; i < kMaxSteps && outcome.fault.empty(); ++i) {
    const Step step = core.run(outcome.cycles, kBudget);
    if (step.reason == StopReason::kIdle) return outcome;
    outcome.cycles += step.cycles;
    outcome.instructions += step.instructions;
    outcome.fault = follow(step, test, core, memory);
  }
  if (outcome.fault.empty()) outcome.fault = "too many steps";
  return outcome;
}

std::vector<std::string> check(const Case& test, const Outcome& outcome, Core& core,
                               const ByteStore& memory) {
  std::vector<std::string> wrong;
  if (outcome.fault != test.fault) {
    wrong.push_back(mismatch("fault", '"' + outcome.fault + '"', '"' + test.fault + '"'));
  }
  if (test.flags && text_of(core.flags()) != *test.flags) {
    wrong.push_back(mismatch("flags", text_of(core.flags()), *test.flags));
  }
  if (test.cycles && outcome.cycles != *test.cycles) {
    wrong.push_back(
        mismatch("cycles", std::to_string(outcome.cycles), std::to_string(*test.cycles)));
  }
  if (test.instructions && outcome.instructions != *test.instructions) {
    wrong.push_back(mismatch("instructions", std::to_string(outcome.instructions),
                             std::to_string(*test.instructions)));
  }
  for (const Setting& setting : test.after) check_setting(setting, core, memory, wrong);
  return wrong;
}

}  // namespace fpc::test
