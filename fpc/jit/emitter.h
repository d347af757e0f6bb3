// One trace as x86-64 code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asmjit/x86.h>

#include "fpc/interpreter_p.h"
#include "fpc/jit/trace.h"

namespace fpc::jit {

// Appends the trace to `out`; `epilogue` is where code goes that returns, with Return << 32 | address in rax.
void emit_trace(const Trace& trace, const CodeStore::Decoded& code, const void* epilogue,
                asmjit::x86::Assembler& out);

}  // namespace fpc::jit
