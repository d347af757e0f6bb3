// offload_tool: prints the tables between the markers of docs/offload.md.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "offload-compiler/offload_listing.h"

int main() { return std::fputs(offload::offload_markdown().c_str(), stdout) < 0 ? 2 : 0; }
