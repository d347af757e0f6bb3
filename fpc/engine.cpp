// Names of engines and their making.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/engine.h"

#include "fpc/interpreter.h"
#include "fpc/jit/jit.h"

namespace fpc {
namespace {

constexpr std::string_view kInterpreterName = "interp", kJitName = "jit";

}  // namespace

std::unique_ptr<Core> make_core(Engine engine) {
  if (engine == Engine::kJit) return std::make_unique<Jit>();
  return std::make_unique<Interpreter>();
}

std::optional<Engine> find_engine(std::string_view name) {
  if (name == kInterpreterName) return Engine::kInterpreter;
  if (name == kJitName) return Engine::kJit;
  return std::nullopt;
}

std::string_view effective_name(Engine engine) {
  return engine == Engine::kJit && Jit::is_available() ? kJitName : kInterpreterName;
}

}  // namespace fpc
