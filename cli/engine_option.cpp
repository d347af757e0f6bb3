// Parses --engine.
// SPDX-License-Identifier: Apache-2.0
#include "cli/engine_option.h"

#include <fmt/format.h>

#include <charconv>

#include "rtl/rtl_core.h"

namespace cli {

using base::Result;

const char* const kEngineHelp =
    "how cores execute: jit (translated to the host's code), interp, or rtl[:N] (N cores, 1 "
    "without it, are the verilated RTL, the others jit); results are the same";

namespace {

Result<unsigned> rtl_cores(const std::string& text, unsigned workers) {
  if (text == "rtl") return 1u;
  unsigned cores = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 4, end, cores);
  if (error != std::errc() || stop != end || cores == 0 || cores > workers) {
    return base::out_of_range(
        fmt::format("--engine {}: rtl:N takes 1 to {} cores here", text, workers));
  }
  return cores;
}

}  // namespace

Result<EngineOption> parse_engine(const std::string& text, unsigned workers) {
  if (text != "rtl" && !text.starts_with("rtl:")) {
    const std::optional<fpc::Engine> engine = fpc::find_engine(text);
    if (!engine) {
      return base::invalid_input(
          fmt::format("--engine {}: is none of jit, interp, rtl, rtl:N", text));
    }
    return EngineOption{text, std::string(fpc::effective_name(*engine)), {.engine = *engine}};
  }
  const Result<unsigned> cores = rtl_cores(text, workers);
  if (!cores) return cores.error();
  if (!rtl::is_available()) {
    return base::unsupported(
        fmt::format("--engine {}: this build has no RTL core, verilator was not installed", text));
  }
  const std::string name = fmt::format("rtl:{}", *cores);
  fpc::EngineChoice choice;
  choice.other = [count = *cores](unsigned worker) -> std::unique_ptr<fpc::Core> {
    if (worker < count) return rtl::make_core();
    return fpc::make_core(fpc::Engine::kJit);
  };
  return EngineOption{name, name, choice};
}

}  // namespace cli
