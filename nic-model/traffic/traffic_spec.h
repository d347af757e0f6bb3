// The generator's specification: "size=64|imix|64..1518,flows=1000,zipf=1.0,proto=udp,rate=line".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "nic-model/traffic/pacer.h"

namespace nic {

enum class Protocol : uint8_t { kUdp, kTcp, kMix };  // mix: odd flows are TCP

struct TrafficSpec {
  bool imix = false;       // 64, 594 and 1518 bytes in the ratio 7:4:1
  uint32_t size_min = 64;  // with FCS
  uint32_t size_max = 64;
  uint32_t flows = 1;
  double zipf = 0;  // exponent of the flows' popularity; 0: all alike
  Protocol protocol = Protocol::kUdp;
  Rate rate;
};

constexpr uint32_t kSmallestFrame = 64, kLargestFrame = 10244;  // with FCS
constexpr uint32_t kMostFlows = 1u << 22;
constexpr double kSteepestZipf = 10;

// Keys that are not named keep their defaults.
base::Result<TrafficSpec> parse_traffic(const std::string& spec);

}  // namespace nic
