// Which errno a kernel answers a program with that its verifier refuses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

namespace host {

// Positive: E2BIG, EACCES, EPERM or EINVAL.
int errno_of_refusal(const base::Error& error);

}  // namespace host
