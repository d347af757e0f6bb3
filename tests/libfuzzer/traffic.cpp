// Traffic specifications: what parses generates frames of the sizes that are allowed.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/packet_io.h"
#include "nic-model/traffic/traffic_spec.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {
namespace {

constexpr uint32_t kMostFlows = 10'000;  // of those that generate: more are slow, not wrong

}  // namespace

void traffic(Input input) {
  const std::string text = text_of(input);
  const auto spec = nic::parse_traffic(text);
  if (!spec || spec->flows > kMostFlows) return;
  auto source = nic::open_generator(text, 1, {.ports = 2, .port_bps = 40'000'000'000});
  if (!source) return;
  nic::Frame frame;
  uint64_t before_ps = 0;
  for (int i = 0; i < 50; ++i) {
    require(source->next(frame).has_value(), "a generator ends");
    const size_t with_fcs = frame.bytes.size() + 4;
    require(with_fcs >= nic::kSmallestFrame && with_fcs <= nic::kLargestFrame, "size of a frame");
    require(frame.arrival_ps >= before_ps, "a frame arrives before the one ahead of it");
    before_ps = frame.arrival_ps;
  }
}

}  // namespace fuzz
