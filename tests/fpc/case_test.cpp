// Runs one case file on one engine, or checks that the case files execute every row.
// SPDX-License-Identifier: Apache-2.0
//
//   fpc_case_test ENGINE FILE
//   fpc_case_test coverage FOLDER
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "fpc/ecc.h"
#include "fpc/isa.h"
#include "tests/fpc/case_file.h"

namespace {

using namespace fpc;
using namespace fpc::test;

base::Result<Case> load_case(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return base::Error{base::ErrorCode::kIo, "cannot be read", path.string()};
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return parse_case(text, path.string());
}

int run_case(std::string_view engine_name, const std::filesystem::path& path) {
  const base::Result<Case> test = load_case(path);
  if (!test) {
    std::cerr << test.error().text() << "\n";
    return 1;
  }
  const std::unique_ptr<Core> core = make_engine(engine_name);
  if (!core) {
    std::cerr << "unknown engine " << engine_name << "\n";
    return 1;
  }
  ByteStore memory;
  const Outcome outcome = execute(*test, *core, memory);
  const std::vector<std::string> wrong = check(*test, outcome, *core, memory);
  for (const std::string& line : wrong) std::cerr << path.string() << ": " << line << "\n";
  return wrong.empty() ? 0 : 1;
}

// A word was executed if an illegal one in its place faults.
constexpr Word kIllegal = with_ecc(Word{0x1fff'ffff'ffff});

void add_executed(const Case& test, std::set<Op>& executed) {
  for (unsigned at = 0; at < test.words.size(); ++at) {
    const base::Result<Insn> insn = decode(test.words[at]);
    if (!insn || executed.contains(insn->op)) continue;
    Case probe = test;
    probe.words[at] = kIllegal;
    ByteStore memory;
    const std::unique_ptr<Core> core = make_engine("interpreter");
    const std::string expected =
        std::string(to_string(FaultKind::kIllegalWord)) + " @ " + std::to_string(at);
    if (execute(probe, *core, memory).fault == expected) executed.insert(insn->op);
  }
}

int check_coverage(const std::filesystem::path& folder) {
  std::set<Op> executed;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".case") continue;
    const base::Result<Case> test = load_case(entry.path());
    if (!test) {
      std::cerr << test.error().text() << "\n";
      return 1;
    }
    add_executed(*test, executed);
  }
  int missing = 0;
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.semantics == Semantics::kNone || executed.contains(row.op)) continue;
    std::cerr << "no case file executes " << row.name << "\n";
    ++missing;
  }
  return missing == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fpc_case_test ENGINE FILE | coverage FOLDER\n";
    return 2;
  }
  const std::string_view mode = argv[1];
  return mode == "coverage" ? check_coverage(argv[2]) : run_case(mode, argv[2]);
}
