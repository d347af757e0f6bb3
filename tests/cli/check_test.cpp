// millrace check: answers, places, limits, forms of output, bad input.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using test::example;
using test::millrace;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string object(const std::string& name) {
  return std::string(MILLRACE_BINARY_DIR) + "/tests/ebpf/objects/" + name;
}

json check_json(const std::vector<std::string>& arguments, int exit_code) {
  std::vector<std::string> all = {"check"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"--json", "-"});
  const test::Output output = millrace(all);
  EXPECT_EQ(output.exit_code, exit_code) << output.err;
  return json::parse(output.out);
}

TEST(Check, SaysYesWithTheLimitsThatAreUsed) {
  const json report = check_json({example("firewall.bpf.o")}, 0);
  EXPECT_EQ(report["schema"], "millrace.check/1");
  EXPECT_EQ(report["target"], "nfp/full");
  EXPECT_EQ(report["offloadable"], true);
  const json& program = report["programs"].at(0);
  EXPECT_EQ(program["name"], "firewall");
  EXPECT_TRUE(program["refusals"].empty());
  EXPECT_EQ(program["limits"]["words"]["allowed"], 8192);
  EXPECT_EQ(program["limits"]["maps"], (json{{"used", 1}, {"allowed", 128}}));
  EXPECT_EQ(program["limits"]["key_bytes"]["used"], 16);
}

TEST(Check, FindsEveryPlaceInAllOfASourcesLines) {
  const test::Output output = millrace({"check", object("globals.o")});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(
      output.out,
      AllOf(HasSubstr("globals.c:24: insn 0: error: offloaded maps have no direct value "
                      "access (global variables) [insn.direct_value]\n    seen++;\n  hint: "),
            HasSubstr("[nfp] map writes not supported [map_value.write]"),
            HasSubstr("error: map flows: map flags are not supported [map.flags]"),
            HasSubstr("error: map .bss: map flags are not supported [map.flags]"),
            HasSubstr("cannot be offloaded to nfp/full: 8 refusals")));
}

TEST(Check, NamesTheProfilesThatWouldTakeTheProgram) {
  const json report = check_json({object("misc.o"), "--prog", "perf", "--target", "nfp/public"}, 1);
  const json& program = report["programs"].at(0);
  ASSERT_EQ(program["refusals"].size(), 1u);
  const json& refusal = program["refusals"][0];
  EXPECT_EQ(refusal["rule"], "helper.firmware");
  EXPECT_EQ(refusal["message"], "[nfp] event_output: not supported by FW");
  EXPECT_EQ(refusal["errno"], "EOPNOTSUPP");
  EXPECT_EQ(refusal["line"], 29);
  EXPECT_THAT(program["accepting_profiles"], ElementsAre("shipped", "full"));
}

TEST(Check, ChecksAllProgramsOfAnObject) {
  const json report = check_json({example("counters.bpf.o")}, 0);
  EXPECT_EQ(report["programs"].size(), 2u);
}

TEST(Check, WarnsOfDefectsWithoutRefusing) {
  const test::Output output = millrace({"check", object("misc.o"), "--prog", "alu64"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out,
              AllOf(HasSubstr("warning: "), HasSubstr("[B2]"), HasSubstr(" reached, "),
                    HasSubstr("  --fix-defects: leaves out the shift when the count is 0\n"),
                    HasSubstr(" corrected by --fix-defects\n")));
  const json report = check_json({object("misc.o"), "--prog", "alu64"}, 0);
  const json& defect = report["programs"].at(0)["defects"].at(0);
  EXPECT_EQ(defect["defect"], defect["rule"]);
  EXPECT_EQ(defect["corrected"], true);
}

TEST(Check, TakesFilters) {
  EXPECT_EQ(check_json({"--filter", "tcp port 80"}, 0)["source"], "tcp port 80");
}

TEST(Check, WritesSarif) {
  const test::Output output =
      millrace({"check", object("misc.o"), "--target", "nfp/public", "--sarif", "-"});
  EXPECT_EQ(output.exit_code, 1);
  const json sarif = json::parse(output.out);
  EXPECT_EQ(sarif["version"], "2.1.0");
  const json& run = sarif["runs"].at(0);
  EXPECT_EQ(run["tool"]["driver"]["name"], "millrace check");
  unsigned errors = 0, warnings = 0;
  for (const json& result : run["results"]) {
    ++(result["level"] == "error" ? errors : warnings);
    EXPECT_TRUE(std::any_of(run["tool"]["driver"]["rules"].begin(),
                            run["tool"]["driver"]["rules"].end(),
                            [&](const json& rule) { return rule["id"] == result["ruleId"]; }));
    EXPECT_GT(result["locations"][0]["physicalLocation"]["region"]["startLine"], 0);
  }
  EXPECT_EQ(errors, 1u);
  EXPECT_GT(warnings, 0u);
}

TEST(Check, RefusesWhatIsNoProgram) {
  const auto refused = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "check");
    const test::Output output = millrace(arguments);
    EXPECT_EQ(output.exit_code, 2);
    return output.err;
  };
  EXPECT_THAT(refused({"/nowhere.o"}), HasSubstr("No such file"));
  EXPECT_THAT(refused({object("no_programs.o")}), HasSubstr("no programs"));
  EXPECT_THAT(refused({"--filter", "tcp port"}), HasSubstr("syntax error"));
  EXPECT_THAT(refused({example("drop.bpf.o"), "--prog", "other"}), HasSubstr("no program other"));
  EXPECT_THAT(refused({example("drop.bpf.o"), "--target", "extended"}),
              HasSubstr("target extended is not built yet, known are nfp and nfp/PROFILE"));
}

}  // namespace
