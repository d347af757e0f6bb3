// PacketSink: a nanosecond pcap file that appears under its name only when it is complete.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "nic-model/packet_io.h"

namespace nic {
namespace {

constexpr int kSnapLength = 262144;
constexpr uint64_t kPicosecondsInSecond = 1'000'000'000'000u;

base::Error write_error(const std::string& path, int number) {
  return base::io_error(fmt::format("cannot be written: {}", std::strerror(number)), path);
}

}  // namespace

struct PacketSink::Impl {
  std::string path, temporary;
  pcap_t* format = nullptr;
  pcap_dumper_t* dumper = nullptr;

  ~Impl() {
    if (dumper != nullptr) pcap_dump_close(dumper);
    if (format != nullptr) pcap_close(format);
    if (!temporary.empty()) unlink(temporary.c_str());
  }
};

PacketSink::PacketSink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketSink::PacketSink(PacketSink&&) noexcept = default;
PacketSink::~PacketSink() = default;

base::Result<PacketSink> PacketSink::create(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    return base::io_error("exists and is no regular file; a capture replaces its target", path);
  }
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  const std::string temporary = fmt::format("{}.{}.partial", path, getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wbx");
  if (file == nullptr) return write_error(path, errno);
  impl->temporary = temporary;
  impl->format =
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kSnapLength, PCAP_TSTAMP_PRECISION_NANO);
  if (impl->format != nullptr) impl->dumper = pcap_dump_fopen(impl->format, file);
  if (impl->dumper == nullptr) {
    std::fclose(file);
    return write_error(path, ENOMEM);
  }
  return PacketSink(std::move(impl));
}

base::Result<void> PacketSink::write(uint64_t time_ps, std::span<const uint8_t> bytes) {
  pcap_pkthdr header{};
  header.ts.tv_sec = static_cast<time_t>(time_ps / kPicosecondsInSecond);
  header.ts.tv_usec = static_cast<suseconds_t>(time_ps % kPicosecondsInSecond / 1000);
  header.caplen = header.len = static_cast<bpf_u_int32>(bytes.size());
  pcap_dump(reinterpret_cast<u_char*>(impl_->dumper), &header, bytes.data());
  if (std::ferror(pcap_dump_file(impl_->dumper))) return write_error(impl_->path, errno);
  return {};
}

base::Result<void> PacketSink::close() {
  if (pcap_dump_flush(impl_->dumper) != 0) return write_error(impl_->path, errno);
  pcap_dump_close(impl_->dumper);
  impl_->dumper = nullptr;
  if (std::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0) {
    return write_error(impl_->path, errno);
  }
  impl_->temporary.clear();
  return {};
}

}  // namespace nic
