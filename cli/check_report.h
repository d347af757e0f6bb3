// What millrace check found, as text, JSON and SARIF.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "offload-compiler/check.h"
#include "offload-compiler/ebpf/program.h"

namespace cli {

struct CheckedProgram {
  std::string name;  // as messages call it
  ebpf::Program program;
  offload::CheckReport report;
};

struct CheckRun {
  std::string source, target;  // a path or filter; "nfp/full"
  std::vector<CheckedProgram> programs;

  bool offloadable() const;
};

// In the manner of a compiler: "file.c:12: error: ...", the line, and a hint.
std::string to_text(const CheckRun& run);
std::string to_json(const CheckRun& run);
// SARIF 2.1.0, one result a refusal or defect.
std::string to_sarif(const CheckRun& run);

}  // namespace cli
