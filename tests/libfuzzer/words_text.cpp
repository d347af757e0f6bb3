// Word files: what reads links, or gives a message.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/image.h"
#include "fpc/firmware/link.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {

void words_text(Input input) {
  const auto words = firmware::words_from_text(text_of(input), "input");
  if (!words) {
    require(!words.error().message.empty(), "an error without a message");
    return;
  }
  if (const auto image = firmware::image_from_words(*words, "input")) {
    const auto store = firmware::link(*image);
    require(store || !store.error().message.empty(), "an error without a message");
  }
  const auto linked = firmware::link_relocated(*words, firmware::Layout{});
  require(linked || !linked.error().message.empty(), "an error without a message");
}

}  // namespace fuzz
