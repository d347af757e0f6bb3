// Map contents as JSON: what reads prints and reads back the same.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_json.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {

void maps(Input input) {
  const auto read = host::parse_map_contents(text_of(input), "input");
  if (!read) {
    require(!read.error().message.empty(), "an error without a message");
    return;
  }
  const std::string json = host::print_map_contents(*read);
  const auto again = host::parse_map_contents(json, "again");
  require(again && host::print_map_contents(*again) == json, "printed maps read as other ones");
}

}  // namespace fuzz
