// What libFuzzer calls; the build names the target.
// SPDX-License-Identifier: Apache-2.0
#include "tests/libfuzzer/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::MILLRACE_FUZZ_TARGET({data, size});
  return 0;
}
