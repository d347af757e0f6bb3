// What every program must stand: printing, verification, and a run when it verifies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/program.h"

namespace fuzz {

// Aborts when a verified program faults in the reference interpreter.
void check_program(const ebpf::Program& program);

}  // namespace fuzz
