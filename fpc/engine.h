// The engines behind fpc::Core, by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "fpc/code_store.h"
#include "fpc/core.h"

namespace fpc {

// All give the same results; kJit interprets on hosts that do not run translated code (jit/jit.h).
enum class Engine { kInterpreter, kJit };

struct EngineChoice {
  Engine engine = Engine::kJit;
  size_t code_bytes =
      kTranslationBytes;  // of translated code for one control store; the rest is interpreted
};

std::unique_ptr<Core> make_core(Engine engine);

// "interp" or "jit"; nothing for other names.
std::optional<Engine> find_engine(std::string_view name);

// What really executes on this host: "interp", "jit".
std::string_view effective_name(Engine engine);

}  // namespace fpc
