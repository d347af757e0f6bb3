// What the running kernel needs for a program on packets of the generator: BPF_PROG_TEST_RUN's own figure.
// SPDX-License-Identifier: Apache-2.0
//
//   kernel_time PROGRAM.o MAPS.json|- TRAFFIC PACKETS     prints the mean in nanoseconds; exit code 1 and the reason on
//                                                          standard error where the kernel cannot be asked
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/files.h"
#include "cli/program_source.h"
#include "host-driver/map_json.h"
#include "nic-model/packet_io.h"
#include "tests/support/kernel_oracle.h"

namespace {

using base::Result;
using test_support::KernelOracle;

Result<void> fill(KernelOracle& kernel, const ebpf::Program& program, const std::string& path) {
  if (path == "-") return {};
  Result<std::string> text = cli::read_file(path);
  if (!text) return text.error();
  Result<std::vector<host::MapContents>> contents = host::parse_map_contents(*text, path);
  if (!contents) return contents.error();
  for (const host::MapContents& wanted : *contents) {
    const auto map = std::ranges::find(program.maps, wanted.map, &ebpf::MapDef::name);
    if (map == program.maps.end())
      return base::invalid_input("the program has no such map", wanted.map);
    for (const host::MapEntry& entry : wanted.entries) {
      const auto index = static_cast<size_t>(map - program.maps.begin());
      if (kernel.update(index, entry.key, entry.value, 0) != 0)
        return base::invalid_input("the kernel refuses an entry", wanted.map);
    }
  }
  return {};
}

Result<double> mean_ns(const std::string& object, const std::string& maps,
                       const std::string& traffic, unsigned packets, uint32_t repeat) {
  if (const auto kernel = test_support::kernel_availability(); !kernel.usable)
    return base::unsupported(kernel.reason);
  cli::ProgramSource source;
  source.path = object;
  Result<ebpf::Program> program = cli::load_program(source);
  if (!program) return program.error();
  Result<KernelOracle> kernel = KernelOracle::load(*program);
  if (!kernel) return kernel.error();
  if (Result<void> filled = fill(*kernel, *program, maps); !filled) return filled.error();
  Result<nic::PacketSource> generator = nic::open_generator(traffic, 1, {});
  if (!generator) return generator.error();
  nic::Frame frame;
  double sum = 0;
  for (unsigned i = 0; i < packets; ++i) {
    if (Result<bool> next = generator->next(frame); !next) return next.error();
    Result<uint32_t> time = kernel->time_run(frame.bytes, repeat);
    if (!time) return time.error();
    sum += *time;
  }
  return sum / packets;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kArguments = 6;
  if (argc != kArguments) {
    fmt::print(stderr, "usage: kernel_time PROGRAM.o MAPS.json|- TRAFFIC PACKETS REPEAT\n");
    return 2;
  }
  const int packets = std::atoi(argv[4]), repeat = std::atoi(argv[5]);
  if (packets <= 0 || repeat <= 0) {
    fmt::print(stderr,
               "kernel_time: PACKETS and REPEAT are '{}' and '{}', expected numbers above 0\n",
               argv[4], argv[5]);
    return 2;
  }
  const Result<double> mean = mean_ns(argv[1], argv[2], argv[3], static_cast<unsigned>(packets),
                                      static_cast<uint32_t>(repeat));
  if (!mean) {
    fmt::print(stderr, "kernel_time: {}\n", mean.error().text());
    return 1;
  }
  fmt::print("{:.1f}\n", *mean);
  return 0;
}
