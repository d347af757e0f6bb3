// Classic BPF text: what reads and checks prints and reads back, and converts to what verifies.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/check.h"
#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {
namespace {

constexpr uint64_t kMostVisits = 20'000;

void verify_converted(const classic::Program& filter, const classic::ConvertOptions& options) {
  const auto program = classic::convert(filter, options);
  if (!program) return;
  ebpf::VerifierOptions limits;
  limits.max_visits = kMostVisits;
  const auto verified = ebpf::verify(*program, limits);
  require(verified || verified.error().code == base::ErrorCode::kOutOfRange,
          "a converted filter does not verify: " + (verified ? "" : verified.error().text()));
}

}  // namespace

void classic_text(Input input) {
  const auto filter = classic::read_text(text_of(input), "input");
  if (!filter || !classic::check(*filter)) return;
  for (const auto form :
       {classic::Form::kListing, classic::Form::kArray, classic::Form::kDecimal}) {
    // Listings leave out the fields that an instruction does not use.
    const std::string text = classic::write_text(*filter, form);
    const auto again = classic::read_text(text, "again");
    require(again && classic::write_text(*again, form) == text,
            "a printed filter reads as another one");
  }
  verify_converted(*filter, {.source = "input"});
  verify_converted(*filter, {.source = "input",
                             .dialect = classic::Dialect::kLinux,
                             .answer = classic::Answer::kValue,
                             .length = 60});
}

}  // namespace fuzz
