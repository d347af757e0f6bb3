// Asks the witnesses and tells the first frame that they answer differently.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/witnesses.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/classic/libpcap_filter.h"

namespace classic_test {
namespace {

std::string hex(const Frame& frame) {
  std::string text;
  for (const uint8_t byte : frame) text += fmt::format("{:02x}", byte);
  return text;
}

// `seen` are those of `frames`, that `expected` has one value each for.
std::string difference(const char* witness, const std::vector<Frame>& frames,
                       const std::vector<uint32_t>& expected, const fuzz::Observation& seen) {
  if (seen.packets.size() != frames.size())
    return fmt::format("{}: {} answers for {} frames", witness, seen.packets.size(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    if (seen.packets[i].verdict != expected[i]) {
      return fmt::format("{}: {:#x} instead of {:#x} for {} bytes {}", witness,
                         seen.packets[i].verdict, expected[i], frames[i].size(), hex(frames[i]));
    }
    if (seen.packets[i].bytes != frames[i])
      return fmt::format("{}: changed frame {}", witness, hex(frames[i]));
  }
  return {};
}

}  // namespace

Witnesses::Witnesses()
    : Witnesses(test_support::kernel_availability(), fuzz::KernelWitness::create({})) {}

Witnesses::Witnesses(test_support::KernelAvailability availability,
                     base::Result<fuzz::KernelWitness> kernel)
    : availability_(std::move(availability)),
      kernel_(std::move(kernel)),
      target_(*offload::parse_target("nfp/full")) {}

Finding Witnesses::compare(const classic::Program& filter, const std::vector<Frame>& frames) {
  Finding finding;
  const std::vector<uint32_t> expected = libpcap_values(filter, frames);
  finding.accepted = frames.size() - static_cast<size_t>(std::ranges::count(expected, 0u));
  const auto valued =
      classic::convert(filter, {.source = "filter", .answer = classic::Answer::kValue});
  const auto judging = classic::convert(filter, {.source = "filter"});
  if (!valued || !judging) {
    finding.difference = (valued ? judging : valued).error().text();
    return finding;
  }
  for (const ebpf::Program* program : {&*valued, &*judging}) {
    if (const auto verified = ebpf::verify(*program); !verified) {
      finding.difference = "our verifier: " + verified.error().text();
      return finding;
    }
  }
  finding.difference = ask_reference(*valued, frames, expected);
  if (finding.difference.empty()) finding.difference = ask_kernel(*valued, frames, expected);
  if (finding.difference.empty()) ask_card(*judging, frames, expected, finding);
  return finding;
}

std::string Witnesses::ask_reference(const ebpf::Program& program, const std::vector<Frame>& frames,
                                     const std::vector<uint32_t>& expected) const {
  const auto seen = fuzz::observe_reference(program, {frames, {}}, {});
  if (!seen) return "reference: " + seen.error().text();
  return difference("reference", frames, expected, *seen);
}

std::string Witnesses::ask_kernel(const ebpf::Program& program, const std::vector<Frame>& frames,
                                  const std::vector<uint32_t>& expected) {
  if (!availability_.usable) return {};
  if (!kernel_) return "kernel: " + kernel_.error().text();
  fuzz::Input input;
  std::vector<uint32_t> values;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].size() < test_support::KernelOracle::kMinPacketBytes) continue;
    input.packets.push_back(frames[i]);
    values.push_back(expected[i]);
  }
  const auto seen = kernel_->observe(program, input);
  if (!seen) return "kernel: " + seen.error().text();
  return difference("kernel", input.packets, values, *seen);
}

void Witnesses::ask_card(const ebpf::Program& program, const std::vector<Frame>& frames,
                         const std::vector<uint32_t>& expected, Finding& finding) const {
  const auto image = offload::compile(program, target_);
  if (!image || !image->warnings.empty()) {
    finding.refusal = image ? image->warnings.front() : image.error().text();
    return;
  }
  const auto seen = fuzz::observe_core(program, *image, {frames, {}});
  if (!seen) {
    finding.difference = "core: " + seen.error().text();
    return;
  }
  fuzz::Observation verdicts;
  for (const uint32_t value : expected)
    verdicts.packets.push_back({value == 0 ? uint32_t{XDP_DROP} : uint32_t{XDP_PASS}, {}});
  std::vector<uint32_t> reported;
  for (const auto& packet : fuzz::as_card_reports(verdicts, program.type).packets)
    reported.push_back(packet.verdict);
  finding.difference = difference("core", frames, reported, *seen);
}

}  // namespace classic_test
