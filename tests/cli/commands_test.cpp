// What each subcommand prints and writes.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using test::example;
using test::millrace;
using test::read_text;
using test::scratch_folder;
using test::write_text;
using testing::HasSubstr;

TEST(Compile, WritesAnImageAndASummary) {
  const std::string image = scratch_folder() + "/drop.json";
  const test::Output output =
      millrace({"compile", example("drop.bpf.o"), "-o", image, "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json summary = json::parse(output.out);
  EXPECT_EQ(summary["schema"], "millrace.compile/1");
  EXPECT_EQ(summary["words"], 26);  // the smallest XDP program: nfp-fw-abi section 2
  EXPECT_EQ(summary["words_limit"], 8192);
  EXPECT_EQ(summary["relocations"]["next_packet"], 2);
  EXPECT_EQ(json::parse(read_text(image))["schema"], "millrace.image/1");
}

TEST(Compile, FixesDefectsWhenAsked) {
  const std::string object = std::string(MILLRACE_BINARY_DIR) + "/tests/ebpf/objects/misc.o";
  const auto compile = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"compile", object,      "--prog", "alu64",
                                    "-o",      "/dev/null", "--json", "-"};
    all.insert(all.end(), more.begin(), more.end());
    const test::Output output = millrace(all);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return json::parse(output.out);
  };
  const json driver = compile({}), fixed = compile({"--fix-defects"});
  EXPECT_EQ(driver["codegen"], "kernel");
  EXPECT_FALSE(driver["warnings"].empty());
  EXPECT_EQ(fixed["codegen"], "kernel-fixed");
  EXPECT_TRUE(fixed["warnings"].empty()) << fixed["warnings"];
  EXPECT_GT(fixed["words"], driver["words"]);
}

TEST(Compile, WritesIntoADeviceInsteadOfReplacingIt) {
  const std::string pipe = scratch_folder() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDWR);  // keeps the pipe open, its buffer takes the image
  ASSERT_GE(reader, 0);
  EXPECT_EQ(millrace({"compile", example("drop.bpf.o"), "-o", pipe}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  char first = 0;
  EXPECT_EQ(read(reader, &first, 1), 1);
  EXPECT_EQ(first, '{');
  close(reader);
}

TEST(Dis, PrintsWhatAsmReadsBack) {
  const std::string image = scratch_folder() + "/firewall.json";
  ASSERT_EQ(millrace({"compile", example("firewall.bpf.o"), "-o", image}).exit_code, 0);
  const test::Output text = millrace({"dis", image});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("immed[gprB_22, 0x3fff]"));
  const test::Output words = millrace({"asm", write_text("firewall.uc", text.out)});
  ASSERT_EQ(words.exit_code, 0) << words.err;
  const test::Output again = millrace({"dis", write_text("firewall.hex", words.out)});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const auto instructions = [](const std::string& listing) {
    std::string out;
    std::istringstream lines(listing);
    for (std::string line; std::getline(lines, line);) out += line.substr(0, line.find(';')) + "\n";
    return out;
  };
  EXPECT_EQ(instructions(again.out), instructions(text.out));
}

TEST(Asm, PrintsOneWordALineWithEcc) {
  const test::Output output =
      millrace({"asm", write_text("a.uc", "immed[gprB_22, 0x3fff]\nloop: br[loop]\n")});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("000f20f003f05bff\n"));
  EXPECT_EQ(std::count(output.out.begin(), output.out.end(), '\n'), 2);
}

TEST(Nic, ListsAndShowsEveryParameterWithUnitAndSource) {
  const test::Output names = millrace({"nic", "list"});
  ASSERT_EQ(names.exit_code, 0);
  for (const char* name : {"agilio-cx-2x40", "nfp-72", "nfp-120", "nfp-120-unbounded"})
    EXPECT_THAT(names.out, HasSubstr(name));
  std::istringstream lines(names.out);
  for (std::string name; std::getline(lines, name);) {
    const test::Output shown = millrace({"nic", "show", name, "--json", "-"});
    ASSERT_EQ(shown.exit_code, 0) << shown.err;
    const json nic = json::parse(shown.out);
    for (const json& row : nic["parameters"]) {
      EXPECT_THAT(row["source"].get<std::string>(),
                  testing::ContainsRegex("measured|derived|guessed|chosen"))
          << name << " " << row;
    }
  }
}

TEST(Run, JsonHasTheStableNames) {
  const test::Output output =
      millrace({"run", example("drop.bpf.o"), "--packets", "2000", "--json", "-"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json report = json::parse(output.out);
  for (const char* pointer : {"/packets/offered",
                              "/packets/lost",
                              "/packets/pass",
                              "/packets/drop",
                              "/packets/tx",
                              "/packets/redirect",
                              "/packets/aborted",
                              "/lost_by",
                              "/rate_mpps",
                              "/rate_gbps",
                              "/latency_ns/p50",
                              "/latency_ns/p99",
                              "/latency_ns/p999",
                              "/latency_ns/max",
                              "/cycles_per_packet",
                              "/instructions_per_packet",
                              "/fpc/busy",
                              "/fpc/stalled",
                              "/fpc/idle",
                              "/simulated_ns",
                              "/wall/seconds",
                              "/wall/instructions_per_s",
                              "/wall/packets_per_s",
                              "/nic",
                              "/program",
                              "/seed",
                              "/schema"}) {
    EXPECT_TRUE(report.contains(json::json_pointer(pointer))) << pointer;
  }
  EXPECT_EQ(report["packets"]["drop"], 2000);
}

TEST(Run, TakesObjectImageAndWords) {
  const std::string image = scratch_folder() + "/drop.json";
  ASSERT_EQ(millrace({"compile", example("drop.bpf.o"), "-o", image}).exit_code, 0);
  const std::string vectors = std::string(MILLRACE_TEST_DATA) + "/kernel-jit/";
  for (const std::string& input :
       {example("drop.bpf.o"), image, vectors + "basic.drop.nfp", vectors + "basic.drop.rel"}) {
    const test::Output output = millrace({"run", input, "--packets", "500", "--json", "-"});
    ASSERT_EQ(output.exit_code, 0) << input << ": " << output.err;
    EXPECT_EQ(json::parse(output.out)["packets"]["drop"], 500) << input;
  }
}

TEST(Run, ReportIsReadable) {
  const test::Output output = millrace({"run", example("drop.bpf.o"), "--packets", "2000"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  for (const char* fragment : {"offered", "drop", "Mpps", "Gb/s", "p99.9", "cycles", "instructions",
                               "busy", "emem", "simulated", "wall"}) {
    EXPECT_THAT(output.out, HasSubstr(fragment));
  }
  EXPECT_EQ(output.err, "");  // no progress line without a terminal
}

// The subcommands that the help of `command` lists.
std::vector<std::vector<std::string>> subcommands_of(const std::vector<std::string>& command) {
  std::vector<std::string> arguments = command;
  arguments.emplace_back("--help");
  std::istringstream help(millrace(arguments).out);
  std::vector<std::vector<std::string>> found;
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (listed && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      found.push_back(command);
      found.back().push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    listed = line.starts_with("Subcommands:") || (listed && line.starts_with("  "));
  }
  return found;
}

TEST(Help, EveryCommandHasDescriptionExitCodesAndAnExample) {
  std::vector<std::vector<std::string>> commands = subcommands_of({});
  const auto of_nic = subcommands_of({"nic"});
  EXPECT_THAT(commands, testing::Contains(std::vector<std::string>{"compile"}));
  EXPECT_THAT(of_nic, testing::Contains(std::vector<std::string>{"nic", "show"}));
  commands.insert(commands.end(), of_nic.begin(), of_nic.end());
  for (std::vector<std::string> command : commands) {
    std::string name = "millrace";
    for (const std::string& word : command) name += " " + word;
    command.emplace_back("--help");
    const test::Output output = millrace(command);
    EXPECT_EQ(output.exit_code, 0) << name;
    EXPECT_THAT(output.out, testing::ContainsRegex("DESCRIPTION\n  [^\n]{20,}")) << name;
    EXPECT_THAT(output.out, HasSubstr("EXIT CODES\n  0  ")) << name;
    EXPECT_THAT(output.out, HasSubstr("\n  2  ")) << name;
    EXPECT_THAT(output.out, testing::ContainsRegex("EXAMPLES\n(  [^\n]*\n)*  " + name)) << name;
  }
}

TEST(Run, MapOperationsSayWhenThePacketsEndedBeforeThem) {
  const auto measure = [](const std::string& limit, const std::string& amount) {
    const test::Output output =
        millrace({"run", example("firewall.bpf.o"), "--nic", "agilio-cx-2x40", "--traffic",
                  "rate=1Mpps", "--map-sync", "entries=20,ops=10", limit, amount, "--json", "-"});
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return json::parse(output.out)["map_sync"];
  };
  const json few = measure("--packets", "10"), enough = measure("--duration", "20ms");
  EXPECT_EQ(few["packets_ended"], true);
  EXPECT_EQ(enough["packets_ended"], false);
  EXPECT_EQ(enough["packets"]["operations"].size(), enough["idle"]["operations"].size());
}

TEST(Run, EventsAreJsonLinesThatTheReportCounts) {
  const std::string folder = scratch_folder();
  const test::Output output =
      millrace({"run", example("sample.bpf.o"), "--pcap", example("office.pcap"), "--events",
                folder + "/events.jsonl", "--json", folder + "/report.json"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const json report = json::parse(read_text(folder + "/report.json"));
  std::istringstream lines(read_text(folder + "/events.jsonl"));
  uint64_t count = 0;
  double before_ns = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const json event = json::parse(line);
    EXPECT_EQ(event["schema"], "millrace.event/1");
    EXPECT_EQ(event["map"], "samples");
    EXPECT_EQ(event["data"].get<std::string>().size(), 2 * 8u);  // struct sample
    EXPECT_EQ(event["packet_data"].get<std::string>().size(), 2 * 54u);
    EXPECT_LT(event["packet"], report["packets"]["offered"]);
    EXPECT_GT(event["time_ns"], 0);
    before_ns = event["time_ns"];
  }
  EXPECT_GT(before_ns, 0);
  EXPECT_GT(count, 0u);
  EXPECT_EQ(report["events"]["delivered"], count);
  EXPECT_EQ(report["events"]["lost"], 0);
  EXPECT_GE(report["events"]["bytes"], count * (24 + 56 + 8));
  EXPECT_THAT(output.out, HasSubstr("events    " + std::to_string(count) + " to the host"));
}

TEST(Run, EventsTakeStandardOutputForThemselves) {
  const std::vector<std::string> arguments = {
      "run", example("sample.bpf.o"), "--pcap", example("office.pcap"), "--events", "-"};
  const test::Output output = millrace(arguments);
  ASSERT_EQ(output.exit_code, 0) << output.err;
  EXPECT_TRUE(output.out.starts_with("{\"schema\":\"millrace.event/1\""))
      << output.out.substr(0, 80);
  std::vector<std::string> both = arguments;
  both.insert(both.end(), {"--json", "-"});
  const test::Output refused = millrace(both);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--events - leaves no room"));
}

TEST(Run, EventsOfAProgramWithoutAnyLeaveAnEmptyFile) {
  const std::string events = scratch_folder() + "/events.jsonl";
  ASSERT_EQ(
      millrace({"run", example("drop.bpf.o"), "--packets", "100", "--events", events}).exit_code,
      0);
  EXPECT_TRUE(std::filesystem::exists(events));
  EXPECT_EQ(read_text(events), "");
}

}  // namespace
