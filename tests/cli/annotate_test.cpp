// millrace compile --annotate: C, eBPF and microcode side by side, as text and JSON.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using test::example;
using test::millrace;
using test::read_text;
using test::scratch_folder;
using testing::HasSubstr;
using testing::Not;

constexpr size_t kColumns = 140;

test::Output annotate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compile");
  arguments.emplace_back("--annotate");
  return millrace(arguments);
}

json annotate_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "-"});
  const test::Output output = annotate(arguments);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  return json::parse(output.out);
}

const std::vector<std::vector<std::string>> kPrograms = {
    {example("firewall.bpf.o")},
    {example("functions.bpf.o")},
    {example("load_balancer.bpf.o")},
    {example("sample.bpf.o")},
    {example("tc_fragments.bpf.o")},
    {example("vlan.bpf.o"), "--prog", "vlan_push"},
    {"--filter", "tcp port 80"},
    {"--filter", "net 10.0.0.0/8"},
    {std::string(MILLRACE_BINARY_DIR) + "/tests/ebpf/objects/misc.o", "--prog", "alu64",
     "--fix-defects"}};

TEST(Annotate, TextStaysWithinItsColumns) {
  for (const auto& program : kPrograms) {
    const test::Output output = annotate(program);
    ASSERT_EQ(output.exit_code, 0) << output.err;
    std::istringstream lines(output.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kColumns) << line;
  }
}

TEST(Annotate, ShowsLinesInstructionsWordsAndMemory) {
  const std::string text = annotate({example("udp_ports.bpf.o")}).out;
  for (const char* fragment :
       {"udp_ports.bpf.c:23  __u32 port = bpf_ntohs(udp->dest);", "call bpf_map_lookup_elem#1",
        "ctx_swap[sig1] ; CTM 48", "; EMEM 75-500", "; map_lookup", "== intro", "== out",
        "== map_lookup: routine of", "packet-cache: read by an earlier load", "== totals"}) {
    EXPECT_THAT(text, HasSubstr(fragment));
  }
}

TEST(Annotate, LatenciesAreThoseOfTheCardThatIsNamed) {
  const std::string slow = test::write_text(
      "slow.toml", "base = \"nfp-120\"\nctm_latency = { value = 321, unit = \"cycles\" }\n");
  EXPECT_THAT(annotate({example("udp_ports.bpf.o"), "--nic", slow}).out, HasSubstr("; CTM 321"));
}

TEST(Annotate, InlinedFunctionsAndSubprogramsHaveTheirLines) {
  EXPECT_THAT(annotate({example("firewall.bpf.o")}).out, HasSubstr("common.h:"));
  const std::string text = annotate({example("functions.bpf.o")}).out;
  for (const char* fragment : {"== functions: function at insn 0", "== read_ports: function",
                               "== is_service: function", "return port == 3306"})
    EXPECT_THAT(text, HasSubstr(fragment));
}

TEST(Annotate, WorksWithoutLineInformation) {
  const std::string stripped = scratch_folder() + "/stripped.o";
  const std::string command = "llvm-objcopy -R .BTF -R .BTF.ext -R .rel.BTF -R .rel.BTF.ext " +
                              example("tx_macswap.bpf.o") + " " + stripped;
  ASSERT_EQ(std::system(command.c_str()), 0);
  const test::Output output = annotate({stripped});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, Not(HasSubstr("bpf.c")));
  EXPECT_THAT(output.out, HasSubstr("read32_swap"));
}

TEST(Annotate, ClassicProgramsHaveTheirInstructionsAsLines) {
  EXPECT_THAT(annotate({"--filter", "tcp port 80"}).out,
              HasSubstr("tcp port 80:1  (000) ldh      [12]"));
}

TEST(Annotate, JsonAddsUp) {
  for (const auto& program : kPrograms) {
    const json listing = annotate_json(program);
    EXPECT_EQ(listing["schema"], "millrace.annotate/1");
    unsigned words = 0;
    std::vector<unsigned> seen;
    const auto take = [&](const json& holder) {
      unsigned cycles = 0;
      for (const json& word : holder["words"]) {
        seen.push_back(word["address"].get<unsigned>());
        cycles += word["cycles"].get<unsigned>();
      }
      words += holder["total"]["words"].get<unsigned>();
      EXPECT_EQ(holder["total"]["words"], holder["words"].size());
      const bool runs = holder.value("name", "") != "pad";
      EXPECT_EQ(holder["total"]["cycles"], runs ? cycles : 0);
    };
    for (const json& part : listing["entry"]) take(part);
    for (const json& function : listing["functions"])
      for (const json& line : function["lines"])
        for (const json& insn : line["insns"]) take(insn);
    for (const json& part : listing["exits"]) take(part);
    EXPECT_EQ(listing["total"]["words"], words);
    for (unsigned i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i);
  }
}

TEST(Annotate, WritesFilesAndTheImageBesides) {
  const std::string folder = scratch_folder();
  const test::Output output =
      millrace({"compile", example("drop.bpf.o"), "-o", folder + "/drop.json", "--annotate",
                folder + "/drop.txt", "--json", folder + "/listing.json"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(read_text(folder + "/drop.txt"), HasSubstr("drop.bpf.c:5"));
  EXPECT_EQ(json::parse(read_text(folder + "/listing.json"))["schema"], "millrace.annotate/1");
  EXPECT_EQ(json::parse(read_text(folder + "/drop.json"))["schema"], "millrace.image/1");
}

TEST(Annotate, RefusesWhatCannotBeMeant) {
  const std::string object = example("drop.bpf.o");
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } kRows[] = {
      {{"compile", object}, "-o IMAGE or --annotate is needed"},
      {{"compile", "--annotate", object}, "no program given: --annotate takes"},
      {{"compile", object, "-o", "-", "--annotate"}, "standard output"},
      {{"compile", object, "--annotate", "-", "--nic", "nfp-121"}, "nfp-121"},
  };
  for (const auto& row : kRows) {
    const test::Output output = millrace(row.arguments);
    EXPECT_EQ(output.exit_code, 2);
    EXPECT_EQ(output.out, "");
    EXPECT_THAT(output.err, HasSubstr(row.message));
  }
}

}  // namespace
