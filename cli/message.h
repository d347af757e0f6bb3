// How the command line says that something went wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdio>

#include "base/printable.h"
#include "base/result.h"
#include "cli/commands.h"

namespace cli {

inline int fail(const base::Error& error) {
  fmt::print(stderr, "millrace: {}\n", base::printable(error.text()));
  return kBadInput;
}

}  // namespace cli
