// Runs pcap_offline_filter on frames.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/libpcap_filter.h"

#include <pcap/pcap.h>

namespace classic_test {

namespace {

pcap_pkthdr header_of(const Frame& frame, uint32_t cut_bytes) {
  pcap_pkthdr header{};
  header.caplen = static_cast<bpf_u_int32>(frame.size());
  header.len = header.caplen + cut_bytes;
  return header;
}

}  // namespace

std::vector<uint32_t> libpcap_values(const classic::Program& filter,
                                     const std::vector<Frame>& frames, uint32_t cut_bytes) {
  std::vector<bpf_insn> insns;
  for (const classic::Insn& insn : filter) insns.push_back({insn.code, insn.jt, insn.jf, insn.k});
  const bpf_program program{static_cast<u_int>(insns.size()), insns.data()};
  std::vector<uint32_t> values;
  for (const Frame& frame : frames) {
    const pcap_pkthdr header = header_of(frame, cut_bytes);
    values.push_back(static_cast<uint32_t>(pcap_offline_filter(&program, &header, frame.data())));
  }
  return values;
}

bool write_capture(const std::string& path, const std::vector<Frame>& frames, uint32_t cut_bytes) {
  constexpr int kSnapshotBytes = 65535;
  pcap_t* handle = pcap_open_dead(DLT_EN10MB, kSnapshotBytes);
  pcap_dumper_t* file = pcap_dump_open(handle, path.c_str());
  for (size_t i = 0; file != nullptr && i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    const pcap_pkthdr header = header_of(frame, cut_bytes);
    pcap_dump(reinterpret_cast<u_char*>(file), &header, frame.data());
  }
  if (file != nullptr) pcap_dump_close(file);
  pcap_close(handle);
  return file != nullptr;
}

}  // namespace classic_test
