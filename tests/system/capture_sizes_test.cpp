// Frames of every odd size in a capture are handled or counted.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using test::example;

TEST(CaptureSizes, OddFramesAreHandledOrCounted) {
  std::vector<std::vector<uint8_t>> frames;
  for (const size_t size :
       {0, 1, 13, 14, 59, 60, 1514, 2047, 2048, 9000, 10236, 10240, 10241, 65535})
    frames.emplace_back(size, uint8_t{0x11});
  const std::string capture = test::write_text("odd.pcap", test::pcap_bytes(frames));
  for (const auto& [file, name] :
       {std::pair{"pass.bpf.o", "pass"}, std::pair{"tx_macswap.bpf.o", "tx_macswap"},
        std::pair{"firewall.bpf.o", "firewall"},
        std::pair{"load_balancer.bpf.o", "load_balancer"}}) {
    const std::string out = test::scratch_folder() + "/out.pcap";
    const json report =
        test::run_json({example(file), "--prog", name, "--pcap", capture, "--out", out});
    test::expect_conserved(report);
    EXPECT_EQ(report["packets"]["offered"], frames.size());
    EXPECT_GT(report["lost_by"].value("oversize", 0), 0) << report["lost_by"];
    EXPECT_EQ(test::read_capture(out).size() + report["packets"]["lost"].get<size_t>() +
                  report["packets"]["drop"].get<size_t>() +
                  report["packets"]["aborted"].get<size_t>(),
              frames.size());
  }
}

TEST(CaptureSizes, AnEmptyCaptureGivesAnEmptyReport) {
  const json report = test::run_json(
      {example("drop.bpf.o"), "--pcap", test::write_text("none.pcap", test::pcap_bytes({}))});
  test::expect_conserved(report);
  EXPECT_EQ(report["packets"]["offered"], 0);
}

}  // namespace
