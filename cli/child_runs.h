// Several runs of millrace at once, each in a process of its own; results in the order of the list, whoever ends first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cli {

struct ChildRun {
  int exit_code = -1;    // 128 + signal when a signal ended it
  std::string out, err;  // the last of kMostErrorBytes and all of kMostOutputBytes, at most
};

using Arguments = std::vector<std::string>;  // without the program's name

// Called after each run that ends.
using OnRunEnd = std::function<void(size_t ended, size_t failed)>;

// Runs this executable once for each list, `jobs` at a time. Error: the host gives no more processes or pipes even with
// nothing else running; a run that fails is a result, and the others go on.
base::Result<std::vector<ChildRun>> run_children(const std::vector<Arguments>& runs, unsigned jobs,
                                                 const OnRunEnd& on_end);

}  // namespace cli
