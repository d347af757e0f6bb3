// The engines behind fpc::Core, by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "fpc/code_store.h"
#include "fpc/core.h"

namespace fpc {

// All give the same results; kJit interprets on hosts that do not run translated code (jit/jit.h).
enum class Engine { kInterpreter, kJit };

std::unique_ptr<Core> make_core(Engine engine);

// What makes the cores of a card.
struct EngineChoice {
  Engine engine = Engine::kJit;
  size_t code_bytes =
      kTranslationBytes;  // of translated code for one control store; the rest is interpreted
  // Of a worker: whatever else obeys fpc::Core. May be empty.
  std::function<std::unique_ptr<Core>(unsigned worker)> other = {};

  std::unique_ptr<Core> core(unsigned worker) const {
    return other ? other(worker) : make_core(engine);
  }
};

// "interp" or "jit"; nothing for other names.
std::optional<Engine> find_engine(std::string_view name);

// What really executes on this host: "interp", "jit".
std::string_view effective_name(Engine engine);

}  // namespace fpc
