// Cards with RTL cores give what other cards give, and cosim says that both agree, for every example.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <sstream>

#include "tests/system/example_list.h"
#include "tests/system/runs.h"

namespace {

using test::Example;

std::string packets() {
  const char* wanted = std::getenv("MILLRACE_COSIM_PACKETS");
  return wanted != nullptr ? wanted : "100";
}

class Cosim : public testing::TestWithParam<Example> {};

TEST_P(Cosim, Agrees) {
  const Example& e = GetParam();
  std::vector<std::string> arguments = {"cosim",     test::example(std::string(e.file) + ".bpf.o"),
                                        "--prog",    e.program,
                                        "--packets", packets(),
                                        "--traffic", "size=imix,flows=300,proto=mix,rate=100kpps"};
  if (e.maps) arguments.insert(arguments.end(), {"--maps", test::example(e.maps)});
  const test::Output output = test::millrace(arguments, 600);
  EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
  // None is lost: both have executed the program for every packet.
  const std::string all = packets() + " of " + packets() + " packets, ";
  EXPECT_EQ(output.out.find(all), 0u) << output.out;
  EXPECT_NE(output.out.find("RTL and interpreter agree"), std::string::npos) << output.out;
}

TEST_P(Cosim, CardWithRtlCoresGivesTheSameReport) {
  const auto run = [](const std::string& engine) {
    std::vector<std::string> arguments = test::arguments_of(GetParam());
    arguments.insert(arguments.end(), {"--engine", engine, "--fpcs", "3", "--packets", "60"});
    nlohmann::json report = test::run_json(arguments);
    EXPECT_EQ(report["wall"]["engine"], engine);
    report.erase("wall");
    return report.dump();
  };
  EXPECT_EQ(run("rtl:2"), run("interp"));
}

INSTANTIATE_TEST_SUITE_P(All, Cosim, testing::ValuesIn(test::kExamples),
                         [](const auto& test) { return std::string(test.param.program); });

TEST(CosimBadInput, IsRefused) {
  const std::string object = test::example("drop.bpf.o");
  for (const char* engine : {"rtl:0", "rtl:121", "rtl:", "rtl:1x", "rtll", "verilator"}) {
    const test::Output output =
        test::millrace({"run", object, "--engine", engine, "--packets", "1"});
    EXPECT_EQ(output.exit_code, 2) << engine;
    EXPECT_NE(output.err.find(engine), std::string::npos) << output.err;
  }
  const std::string odd = test::write_text("odd.bin", std::string("\x01\x02\x03", 3));
  const test::Output output = test::millrace({"cosim", "--dump", odd});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_NE(output.err.find("has 3 bytes, a dump has 8 for each word"), std::string::npos)
      << output.err;
}

// The bytes of a dump are words, least significant byte first.
TEST(CosimDump, ReadsWhatBpftoolWrites) {
  std::string bytes;
  std::istringstream text(test::read_text(MILLRACE_TEST_DATA "/kernel-jit/basic.aborted.nfp"));
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line[0] == '#') continue;
    const uint64_t word = std::stoull(line, nullptr, 16);
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(word >> (8 * i));
  }
  const std::string dump = test::write_text("aborted.bin", bytes);
  const test::Output output = test::millrace({"cosim", "--dump", dump, "--packets", "10"});
  EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
}

}  // namespace
