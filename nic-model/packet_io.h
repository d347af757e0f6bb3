// Where packets come from and go to: captures, the generator, counters. Everything streams.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace nic {

struct Frame {
  uint64_t arrival_ps = 0;  // first bit at the MAC
  uint32_t wire_bytes = 0;  // length without FCS; larger than bytes.size() when the capture was cut
  uint16_t port = 0;
  std::vector<uint8_t> bytes;  // without FCS
};

class PacketSource {
 public:
  PacketSource(PacketSource&&) noexcept;
  ~PacketSource();

  // Fills `frame` (its buffer is reused); false at the end. A broken capture ends with an error.
  base::Result<bool> next(Frame& frame);

  struct Impl;
  explicit PacketSource(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// What the source needs to know of the card to pace "line rate": total bit rate of the ports that
// it feeds.
struct LineRate {
  uint32_t ports = 1;
  uint64_t port_bps = 0;    // 0: unlimited; `line` is then refused with a hint to give a rate
  double fallback_pps = 0;  // used for `line` when port_bps is 0 and this is not
};

// "size=64|imix|64..1518,flows=1000,zipf=1.0,proto=udp|tcp|mix,rate=line|20Mpps|40Gbps"; sizes
// include the FCS. Error: names the key or value, what was found and what is allowed.
base::Result<PacketSource> open_generator(const std::string& spec, uint64_t seed,
                                          const LineRate& line);

// pcap of any precision; timestamps honoured relative to the first, unless `rate` ("", "line",
// "20Mpps", "40Gbps") is given. `repeat`: start again at the end, timestamps going on.
base::Result<PacketSource> open_capture(const std::string& path, const std::string& rate,
                                        bool repeat, const LineRate& line);

// A fixed list, for tests.
PacketSource from_frames(std::vector<Frame> frames);

// Whatever the function fills in; false: nothing more for now. What it refers to outlives the source.
PacketSource from_function(std::function<bool(Frame&)> next);

class PacketSink {  // a nanosecond pcap file; written under a temporary name and renamed by close()
 public:
  static base::Result<PacketSink> create(const std::string& path);
  PacketSink(PacketSink&&) noexcept;
  ~PacketSink();  // without close(): nothing is left behind
  base::Result<void> write(uint64_t time_ps, std::span<const uint8_t> bytes);
  base::Result<void> close();

  struct Impl;

 private:
  explicit PacketSink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nic
