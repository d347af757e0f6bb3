// isa_tool md | sv | lookup: prints what is generated from isa.def.
// SPDX-License-Identifier: Apache-2.0
//
//   isa_tool md      the tables between the markers of docs/isa.md
//   isa_tool sv      rtl/fpc_isa_pkg.sv
//   isa_tool lookup  rtl/fpc_row_lookup.sv
#include <cstdio>
#include <string>
#include <string_view>

#include "fpc/isa_listing.h"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  std::string text;
  if (what == "md") text = fpc::isa_markdown();
  if (what == "sv") text = fpc::isa_systemverilog();
  if (what == "lookup") text = fpc::isa_row_lookup();
  if (text.empty()) {
    std::fputs("usage: isa_tool md | sv | lookup\n", stderr);
    return 2;
  }
  return std::fputs(text.c_str(), stdout) < 0 ? 2 : 0;
}
