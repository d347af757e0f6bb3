// NIC configurations: what loads describes itself with a source for every parameter.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/config.h"
#include "tests/libfuzzer/memory_file.h"

namespace fuzz {

void nic_config(Input input) {
  const MemoryFile file(input);
  const auto config = nic::load_config(file.path());
  if (!config) {
    require(!config.error().message.empty(), "an error without a message");
    return;
  }
  for (const nic::Parameter& parameter : nic::describe(*config)) {
    require(!parameter.source.empty(), parameter.key + " has no source");
  }
}

}  // namespace fuzz
