// Runs millrace as a user would and keeps what it printed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace test {

struct Output {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out, err;
  uint64_t peak_kib = 0;  // of resident memory, of this command and of those before it
};

// build/millrace with these arguments; killed after `timeout_seconds`.
Output millrace(const std::vector<std::string>& arguments, unsigned timeout_seconds = 120);
// The same, started by another program.
Output millrace_under(const std::string& starter, const std::vector<std::string>& arguments,
                      unsigned timeout_seconds = 120);

// A folder of its own for this test, emptied first.
std::string scratch_folder();
std::string write_text(const std::string& name,
                       const std::string& text);  // into the scratch folder; the path
std::string read_text(const std::string& path);
std::string example(const std::string& name);  // build/examples/NAME

}  // namespace test
