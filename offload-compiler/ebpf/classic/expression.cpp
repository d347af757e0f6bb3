// Has libpcap compile an expression on a handle without a device.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/expression.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <memory>

namespace classic {
namespace {

// The time libpcap takes grows with the square of the length; this much takes well under a second.
constexpr size_t kMaxExpressionBytes = 8192;

struct PcapCloser {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

// The code that pcap_compile() hands out, given back when it goes.
struct Code : bpf_program {
  Code() : bpf_program{} {}
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcap_freecode(this); }
};

}  // namespace

base::Result<Program> compile_expression(const std::string& expression,
                                         const ExpressionOptions& options) {
  if (expression.size() > kMaxExpressionBytes) {
    return base::out_of_range(fmt::format("filter of {} bytes, allowed are up to {}",
                                          expression.size(), kMaxExpressionBytes));
  }
  const std::unique_ptr<pcap_t, PcapCloser> handle(
      pcap_open_dead(options.link_type, static_cast<int>(options.snapshot_bytes)));
  if (!handle) return base::io_error("libpcap gives no handle to compile a filter with");
  Code code;
  if (pcap_compile(handle.get(), &code, expression.c_str(), options.optimize ? 1 : 0,
                   options.netmask) != 0) {
    return base::invalid_input(
        fmt::format("filter '{}': {}", expression, pcap_geterr(handle.get())));
  }
  Program program;
  program.reserve(code.bf_len);
  for (u_int i = 0; i < code.bf_len; ++i) {
    const bpf_insn& insn = code.bf_insns[i];
    program.push_back({insn.code, insn.jt, insn.jf, insn.k});
  }
  return program;
}

}  // namespace classic
