// Images from words alone, as a card's jited dump gives them: the exits are found by the shape of the epilogue.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/firmware/image.h"

namespace firmware {
namespace {

// nfp-fw-abi 2: abort exit of 3 words, which begins with a branch to the next packet; normal exit of 10 (XDP) or 15 (TC)
// words, of which the last 3 are the same branch with two filled defer slots; then push and pop routines of 9 words.
constexpr size_t kAbortWords = 3;
constexpr size_t kXdpExitWords = 10, kClsExitWords = 15;
constexpr size_t kPushWords = 9;

Relocation relocation_of(fpc::Word word) {
  return static_cast<Relocation>(word >> kRelocationShift);
}

bool calls(const std::vector<fpc::Word>& words, Relocation type) {
  for (const fpc::Word word : words) {
    if (relocation_of(word) == type) return true;
  }
  return false;
}

}  // namespace

base::Result<Image> image_from_words(const std::vector<fpc::Word>& words,
                                     const std::string& where) {
  std::vector<size_t> exits;
  for (size_t i = 0; i < words.size(); ++i) {
    if (relocation_of(words[i]) == Relocation::kNextPacket) exits.push_back(i);
  }
  const size_t distance = exits.size() == 2 ? exits[1] - exits[0] : 0;
  if (distance != kXdpExitWords && distance != kClsExitWords) {
    return base::invalid_input(
        fmt::format(
            "{} branches to the next packet, expected the 2 of an XDP or TC epilogue; words "
            "of a dump carry their relocation type in bits 63:56",
            exits.size()),
        where);
  }
  Image image;
  image.program = where.substr(where.find_last_of('/') + 1);
  image.program_type = distance == kXdpExitWords ? "xdp" : "sched_cls";
  image.words = words;
  image.target_abort = static_cast<uint32_t>(exits[0]);
  image.target_out = image.target_abort + kAbortWords;
  if (calls(words, Relocation::kCallPush) || calls(words, Relocation::kCallPop)) {
    image.target_push = static_cast<uint32_t>(exits[1] + kAbortWords);
    image.target_pop = image.target_push + kPushWords;
  }
  return image;
}

}  // namespace firmware
