// Text to instructions: the forms in which print.h prints them, with labels, for tests of the verifier.
// SPDX-License-Identifier: Apache-2.0
//
//   r2 = *(u32 *)(r1 + 4); if r2 > 0x10 goto out; call 7; out: r0 = 0; exit
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// Statements end with `;` or a line's end, `#` begins a comment. A jump goes to a label or `+n`, `call` names a label or a
// helper's number, `r1 = map[n]` is the address of the program's n-th map, `raw XXXXXXXXXXXXXXXX` a slot in memory order.
base::Result<std::vector<ebpf::Insn>> assemble(std::string_view text);

}  // namespace ebpf_test
