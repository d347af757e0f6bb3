// Packets cost no allocation once a card is under way: operator new is counted between two departures of a run.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "cli/files.h"
#include "host-driver/card_session.h"

namespace {

std::atomic<uint64_t> allocations{0};

void* allocate(size_t bytes) {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

void* allocate_or_throw(size_t bytes) {
  if (void* memory = allocate(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t bytes) { return allocate_or_throw(bytes); }
void* operator new[](size_t bytes) { return allocate_or_throw(bytes); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace {

using base::Result;

constexpr uint64_t kCounted = 10'000;

struct Case {
  const char* name;
  const char* program;
  const char* maps;
  const char* traffic;  // empty: the capture of the examples, replayed
  uint64_t warm_up =
      10'000;  // packets; buffers that packets share have room for the largest by then
};
const Case kCases[] = {
    {"Drop", "drop", "", "size=64,rate=250Mpps"},
    {"Imix", "drop", "", "size=imix,flows=1000,zipf=1,proto=mix,rate=20Mpps"},
    {"ToTheWire", "tx_macswap", "", "size=64,rate=100Mpps"},
    {"MapsAndTheHost", "firewall", "firewall.json", "size=64,flows=1000,rate=20Mpps"},
    {"LongerPackets", "load_balancer", "load_balancer.json", "size=256,flows=1000,rate=50Mpps"},
    {"Capture", "firewall", "firewall.json", "", 100'000},
};

std::string example(const std::string& name) {
  return std::string(MILLRACE_BINARY_DIR) + "/examples/" + name;
}

Result<host::CardSession> open(const Case& c, const nic::Config& config) {
  Result<offload::Target> target = offload::parse_target("nfp");
  if (!target) return target.error();
  cli::ProgramSource program;
  program.path = example(std::string(c.program) + ".bpf.o");
  Result<cli::Input> input = cli::load_input(program, *target);
  if (!input) return input.error();
  Result<host::CardSession> session = host::CardSession::open(config, input->image, 1);
  if (!session || *c.maps == 0) return session;
  Result<std::string> maps = cli::read_file(example(c.maps));
  if (!maps) return maps.error();
  if (Result<void> filled = session->preload_maps(*maps, c.maps); !filled) return filled.error();
  return session;
}

class Allocation : public testing::TestWithParam<Case> {};

TEST_P(Allocation, NoneForAPacket) {
  const Case& c = GetParam();
  const Result<nic::Config> config = nic::load_config("nfp-120");
  ASSERT_TRUE(config);
  Result<host::CardSession> session = open(c, *config);
  ASSERT_TRUE(session) << session.error().text();
  const nic::LineRate line = nic::line_rate(*config);
  Result<nic::PacketSource> source =
      *c.traffic == 0 ? nic::open_capture(example("office.pcap"), "20Mpps", true, line)
                      : nic::open_generator(c.traffic, 1, line);
  ASSERT_TRUE(source) << source.error().text();
  uint64_t departed = 0, at_start = 0, at_end = 0;
  nic::Hooks hooks;
  hooks.departure = [&](const nic::Departure&) {
    ++departed;
    if (departed == c.warm_up) at_start = allocations;
    if (departed == c.warm_up + kCounted) at_end = allocations;
  };
  const Result<nic::Report> report =
      session->card().run(*source, {.packets = c.warm_up + 2 * kCounted}, hooks);
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_GE(departed, c.warm_up + kCounted);
  EXPECT_GT(at_start, 0u) << "allocations are not counted";
  EXPECT_EQ(at_end - at_start, 0u);
}

INSTANTIATE_TEST_SUITE_P(Runs, Allocation, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
