// isa.def as other files want it: the tables of docs/isa.md and the SystemVerilog package of rtl/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fpc {

// Tables of formats, instructions and registers, as they stand between the markers of docs/isa.md.
std::string isa_markdown();

// rtl/fpc_isa_pkg.sv.
std::string isa_systemverilog();

// rtl/fpc_row_lookup.sv.
std::string isa_row_lookup();

}  // namespace fpc
