// Programs as text, with maps of any kind and size.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/object.h"
#include "tests/libfuzzer/check_program.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {
namespace {

constexpr uint64_t kMostMapBytes = 1 << 20;  // of those that are run: more are slow, not wrong

}  // namespace

void program_text(Input input) {
  const auto program = ebpf::program_from_text(text_of(input), "input");
  if (!program) {
    require(!program.error().message.empty(), "an error without a message");
    return;
  }
  for (const ebpf::MapDef& map : program->maps) {
    if (uint64_t{map.value_bytes} * map.max_entries > kMostMapBytes) return;
  }
  check_program(*program);
}

}  // namespace fuzz
