// The same inputs and seed give the same bytes; another seed does not.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/runs.h"

namespace {

using nlohmann::json;
using test::example;
using test::read_text;

struct Results {
  std::string report, capture, maps;
  bool operator==(const Results&) const = default;
};

Results run(const std::string& program, const std::string& name, unsigned seed,
            const std::string& tag) {
  const std::string out = test::scratch_folder() + "/" + tag + ".pcap",
                    maps = test::scratch_folder() + "/" + tag + ".json";
  json report =
      test::run_json({example(program), "--prog", name, "--nic", "agilio-cx-2x40", "--traffic",
                      "size=imix,flows=500,zipf=1.1,proto=mix,rate=20Mpps", "--packets", "20000",
                      "--seed", std::to_string(seed), "--out", out, "--maps-out", maps});
  report.erase("wall");
  return {report.dump(), read_text(out), read_text(maps)};
}

TEST(Determinism, SameSeedSameBytes) {
  for (const auto& [program, name] : {std::pair{"tx_macswap.bpf.o", "tx_macswap"},
                                      std::pair{"counters.bpf.o", "count_sources"}}) {
    const Results first = run(program, name, 7, "first"), second = run(program, name, 7, "second");
    EXPECT_TRUE(first == second) << name;
  }
}

TEST(Determinism, AnotherSeedGivesOtherPackets) {
  EXPECT_NE(run("tx_macswap.bpf.o", "tx_macswap", 7, "first").capture,
            run("tx_macswap.bpf.o", "tx_macswap", 8, "second").capture);
}

}  // namespace
