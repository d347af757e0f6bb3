// Image JSON: what reads writes and reads back the same, and links or says why not.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/image.h"

#include "fpc/firmware/link.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {

void image(Input input) {
  const auto read = firmware::image_from_json(text_of(input), "input");
  if (!read) {
    require(!read.error().message.empty(), "an error without a message");
    return;
  }
  const std::string json = firmware::to_json(*read);
  const auto again = firmware::image_from_json(json, "again");
  require(again && firmware::to_json(*again) == json, "a written image reads as another one");
  const auto linked = firmware::link(*read);
  require(linked || !linked.error().message.empty(), "an error without a message");
}

}  // namespace fuzz
