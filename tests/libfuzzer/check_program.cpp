// Prints, verifies, compiles and runs one program.
// SPDX-License-Identifier: Apache-2.0
#include "tests/libfuzzer/check_program.h"

#include "fpc/firmware/link.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {
namespace {

constexpr uint64_t kMostVisits = 4'000, kMostSteps = 100'000;

void run(const ebpf::Program& program) {
  std::vector<std::shared_ptr<ebpf::Map>> maps;
  for (const ebpf::MapDef& def : program.maps) {
    auto map = ebpf::Map::create(def);
    maps.push_back(map ? std::move(*map) : nullptr);
  }
  ebpf::InterpreterOptions options;
  options.max_steps = kMostSteps;
  auto interpreter = ebpf::Interpreter::create(program, std::move(maps), options);
  if (!interpreter) return;
  for (const size_t bytes : {size_t{14}, size_t{60}, size_t{1514}}) {
    const auto outcome = interpreter->run(std::vector<uint8_t>(bytes, 0x45));
    require(outcome || outcome.error().code != base::ErrorCode::kInvalidInput,
            "a verified program faults: " + (outcome ? "" : outcome.error().text()));
  }
}

}  // namespace

void check_program(const ebpf::Program& program) {
  for (uint32_t i = 0; i < program.insns.size(); ++i) {
    const ebpf::InsnSpec* spec = ebpf::find_spec(program.insns[i]);
    require(!ebpf::print_insn(program, i).empty(), "an instruction without text");
    if (spec != nullptr && spec->is_wide()) ++i;
  }
  ebpf::VerifierOptions options;
  options.max_visits = kMostVisits;
  if (!ebpf::verify(program, options)) return;
  run(program);
  offload::Target target = *offload::parse_target("nfp");
  for (const bool is_relaxed : {false, true}) {
    target.relaxed = is_relaxed;
    const auto image = offload::compile(program, target);
    require(image || !image.error().message.empty(), "an error without a message");
    if (!image) continue;
    const auto linked = firmware::link(*image);
    require(linked || !linked.error().message.empty(), "an error without a message");
  }
}

}  // namespace fuzz
