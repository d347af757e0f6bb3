// Builds without Verilator have no model of the core.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/rtl_core.h"

namespace rtl {

bool is_available() { return false; }

std::unique_ptr<RtlCore> make_core() { return nullptr; }

}  // namespace rtl
