// isa_tool md | sv: prints what is generated from isa.def.
// SPDX-License-Identifier: Apache-2.0
//
//   isa_tool md    the tables between the markers of docs/isa.md
//   isa_tool sv    rtl/fpc_isa_pkg.sv
#include <cstdio>
#include <string>
#include <string_view>

#include "fpc/isa_listing.h"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what != "md" && what != "sv") {
    std::fputs("usage: isa_tool md | sv\n", stderr);
    return 2;
  }
  const std::string text = what == "md" ? fpc::isa_markdown() : fpc::isa_systemverilog();
  return std::fputs(text.c_str(), stdout) < 0 ? 2 : 0;
}
