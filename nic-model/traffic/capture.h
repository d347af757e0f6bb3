// Reads packets from a pcap file, once or again and again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "nic-model/packet_io.h"
#include "nic-model/traffic/kept_records.h"
#include "nic-model/traffic/pacer.h"

namespace nic {

class Capture {
 public:
  // Without a pacer the file's timestamps are honoured, relative to its first packet.
  static base::Result<Capture> open(const std::string& path, std::optional<Pacer> pacer,
                                    bool repeat);
  Capture(Capture&&) noexcept;
  ~Capture();

  base::Result<bool> next(Frame& frame);

 private:
  struct File;
  Capture();
  base::Result<bool> read_record(Frame& frame, uint64_t& time_ns);
  base::Result<bool> next_record(Frame& frame, uint64_t& time_ns);
  base::Result<uint64_t> arrival_of(uint64_t time_ns);
  base::Result<void> rewind();

  std::unique_ptr<File> file_;
  std::string path_;
  std::optional<Pacer> pacer_;
  bool repeat_ = false;
  KeptRecords kept_;       // of the first round, while file_ is there
  uint64_t number_ = 0;    // packets read since the start of the file
  uint64_t start_ns_ = 0;  // timestamp of its first packet
  uint64_t base_ps_ = 0;   // arrival of its first packet in this round
  uint64_t last_ps_ = 0;   // arrival of the last packet
};

}  // namespace nic
