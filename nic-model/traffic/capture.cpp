// Captures through libpcap: any precision, Ethernet only, every defect a message with file and
// packet.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/capture.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>

namespace nic {
namespace {

using base::Result;

constexpr uint64_t kNanosecondsInSecond = 1'000'000'000;
constexpr uint64_t kLongestNs = uint64_t{30} * 24 * 3600 * kNanosecondsInSecond;  // 30 days
constexpr uint64_t kLoneGapPs = 1'000'000;  // between rounds of a capture that has one packet

// Seconds of a pcap file are unsigned, but libpcap sign-extends them.
uint64_t nanoseconds(const timeval& time) {
  const auto seconds = time.tv_sec < 0 ? uint64_t{static_cast<uint32_t>(time.tv_sec)}
                                       : static_cast<uint64_t>(time.tv_sec);
  return seconds * kNanosecondsInSecond + static_cast<uint64_t>(time.tv_usec);
}

Result<pcap_t*> open_file(const std::string& path) {
  char text[PCAP_ERRBUF_SIZE] = "";
  pcap_t* file =
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, text);
  if (file == nullptr) {
    return base::io_error(fmt::format("cannot be read as a capture: {}", text), path);
  }
  const int link = pcap_datalink(file);
  if (link == DLT_EN10MB) return file;
  const char* name = pcap_datalink_val_to_name(link);
  pcap_close(file);
  const std::string found = name == nullptr ? fmt::format("number {}", link) : name;
  return base::unsupported(fmt::format("link type is {}, expected EN10MB (Ethernet)", found), path);
}

}  // namespace

struct Capture::File {
  explicit File(pcap_t* opened) : handle(opened) {}
  ~File() { pcap_close(handle); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  pcap_t* handle;
};

Capture::Capture() = default;
Capture::Capture(Capture&&) noexcept = default;
Capture::~Capture() = default;

Result<Capture> Capture::open(const std::string& path, std::optional<Pacer> pacer, bool repeat) {
  Result<pcap_t*> handle = open_file(path);
  if (!handle) return handle.error();
  Capture capture;
  capture.file_ = std::make_unique<File>(*handle);
  capture.path_ = path;
  capture.pacer_ = std::move(pacer);
  capture.repeat_ = repeat;
  return capture;
}

Result<bool> Capture::read_record(Frame& frame, uint64_t& time_ns) {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int status = pcap_next_ex(file_->handle, &header, &data);
  if (status == PCAP_ERROR_BREAK) return false;
  if (status != 1) {
    return base::invalid_input(
        fmt::format("packet {}: {}", number_ + 1, pcap_geterr(file_->handle)), path_);
  }
  ++number_;
  frame.bytes.assign(data, data + header->caplen);
  frame.wire_bytes = std::max(header->len, header->caplen);
  time_ns = nanoseconds(header->ts);
  if (repeat_) kept_.add(time_ns, frame.wire_bytes, frame.bytes);
  return true;
}

// From memory when the file has been read and all of it was kept.
Result<bool> Capture::next_record(Frame& frame, uint64_t& time_ns) {
  if (file_) return read_record(frame, time_ns);
  if (number_ == kept_.size()) return false;
  const KeptRecords::Record& record = kept_.record(number_++);
  const std::span<const uint8_t> data = kept_.data(record);
  frame.bytes.assign(data.begin(), data.end());
  frame.wire_bytes = record.wire_bytes;
  time_ns = record.time_ns;
  return true;
}

// A packet older than the one before it arrives together with it.
Result<uint64_t> Capture::arrival_of(uint64_t time_ns) {
  if (number_ == 1) start_ns_ = time_ns;
  const uint64_t since_ns = time_ns > start_ns_ ? time_ns - start_ns_ : 0;
  if (since_ns > kLongestNs || base_ps_ > kLongestNs * 1000) {
    return base::out_of_range(
        fmt::format("packet {}: arrives {} days after the first one, allowed are 30", number_,
                    since_ns / kNanosecondsInSecond / 86400),
        path_);
  }
  return std::max(base_ps_ + since_ns * 1000, last_ps_);
}

// The next round begins one mean gap after the last packet.
Result<void> Capture::rewind() {
  if (kept_.has_all()) {
    file_.reset();
  } else {
    Result<pcap_t*> handle = open_file(path_);
    if (!handle) return handle.error();
    file_ = std::make_unique<File>(*handle);
  }
  const uint64_t gap = number_ > 1 ? (last_ps_ - base_ps_) / (number_ - 1) : 0;
  base_ps_ = last_ps_ + (gap == 0 ? kLoneGapPs : gap);
  number_ = 0;
  return {};
}

Result<bool> Capture::next(Frame& frame) {
  uint64_t time_ns = 0;
  Result<bool> read = next_record(frame, time_ns);
  if (!read) return read;
  if (!*read) {
    if (!repeat_ || number_ == 0) return false;
    if (auto rewound = rewind(); !rewound) return rewound.error();
    read = next_record(frame, time_ns);
    if (!read || !*read) return read;
  }
  if (pacer_) {
    const Pacer::Slot slot = pacer_->next(frame.wire_bytes);
    frame.arrival_ps = slot.arrival_ps;
    frame.port = slot.port;
    return true;
  }
  Result<uint64_t> arrival = arrival_of(time_ns);
  if (!arrival) return arrival.error();
  frame.arrival_ps = last_ps_ = *arrival;
  frame.port = 0;
  return true;
}

}  // namespace nic
