// From what a file holds to the words of a control store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "cli/files.h"
#include "fpc/firmware/link.h"

namespace cli {

// Links an image; words that are placed already get their surroundings where they expect them.
base::Result<firmware::LinkedStore> link_input(const Input& input);

}  // namespace cli
