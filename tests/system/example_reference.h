// What an example does to the capture without a card: by the reference interpreter, and by the running kernel where it can be asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace test {

struct Example {
  const char *file, *program, *maps = nullptr;  // of build/examples
};
inline std::ostream& operator<<(std::ostream& out, const Example& example) {
  return out << example.program;
}

struct Expected {
  uint64_t aborted = 0, drop = 0, pass = 0, tx = 0;
  std::vector<std::vector<uint8_t>> sent;    // packets that pass or go out, as they leave
  std::vector<std::vector<uint8_t>> events;  // data, then packet bytes
  nlohmann::json maps;                       // as `millrace run --maps-out` writes them
};

// Runs the capture's packets one after the other; packets and maps that the kernel sees otherwise are test failures.
Expected reference_run(const Example& example);

}  // namespace test
