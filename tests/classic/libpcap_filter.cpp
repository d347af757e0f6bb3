// Runs pcap_offline_filter on frames.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/libpcap_filter.h"

#include <pcap/pcap.h>

namespace classic_test {

std::vector<uint32_t> libpcap_values(const classic::Program& filter,
                                     const std::vector<Frame>& frames) {
  std::vector<bpf_insn> insns;
  for (const classic::Insn& insn : filter) insns.push_back({insn.code, insn.jt, insn.jf, insn.k});
  const bpf_program program{static_cast<u_int>(insns.size()), insns.data()};
  std::vector<uint32_t> values;
  for (const Frame& frame : frames) {
    pcap_pkthdr header{};
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    values.push_back(static_cast<uint32_t>(pcap_offline_filter(&program, &header, frame.data())));
  }
  return values;
}

}  // namespace classic_test
