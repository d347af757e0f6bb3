// Running the command line in tests.
// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/command.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace test {
namespace {

std::string quoted(const std::string& argument) {
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

uint64_t peak_of_children_kib() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss);
}

}  // namespace

std::string scratch_folder() {
  const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(info->test_suite_name()) + "." + info->name();
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  static std::string made;
  const std::string folder = std::string(MILLRACE_BINARY_DIR) + "/test-scratch/" + name;
  if (made != folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    made = folder;
  }
  return folder;
}

std::string write_text(const std::string& name, const std::string& text) {
  const std::string path = scratch_folder() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string example(const std::string& name) {
  return std::string(MILLRACE_BINARY_DIR) + "/examples/" + name;
}

Output millrace(const std::vector<std::string>& arguments, unsigned timeout_seconds) {
  return millrace_under("", arguments, timeout_seconds);
}

Output millrace_under(const std::string& starter, const std::vector<std::string>& arguments,
                      unsigned timeout_seconds) {
  const std::string out = scratch_folder() + "/stdout", err = scratch_folder() + "/stderr";
  std::string line = "timeout " + std::to_string(timeout_seconds) + " " +
                     (starter.empty() ? "" : quoted(starter) + " ") +
                     quoted(std::string(MILLRACE_BINARY_DIR) + "/millrace");
  for (const std::string& argument : arguments) line.append(" ").append(quoted(argument));
  const int status =
      std::system((line + " > " + quoted(out) + " 2> " + quoted(err) + " < /dev/null").c_str());
  Output output;
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  output.peak_kib = peak_of_children_kib();
  output.out = read_text(out);
  output.err = read_text(err);
  return output;
}

}  // namespace test
