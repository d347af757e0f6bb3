// One packet after the other through interpreter and kernel, then the maps of both.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_diff.h"

#include <algorithm>
#include <set>

#include "base/rng.h"
#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"
#include "tests/support/packet_gen.h"

namespace ebpf_test {
namespace {

using test_support::KernelOracle;

// A key that a packet makes: the 5-tuple of the firewalls for 16 bytes, small numbers otherwise.
Bytes key_of(const Bytes& packet, size_t key_bytes, base::Rng& rng) {
  constexpr size_t kAddressesAndPorts = 26, kProtocol = 23;
  Bytes key(key_bytes);
  if (key_bytes == 16 && packet.size() >= kAddressesAndPorts + 12) {
    std::copy_n(packet.begin() + kAddressesAndPorts, 12, key.begin());
    key[12] = packet[kProtocol];
  } else if (!key.empty()) {
    key[0] = static_cast<uint8_t>(rng.below(8));
  }
  return key;
}

// Entries of which look-ups hit some and miss others.
void fill_maps(const ebpf::Program& program, const Maps& maps, KernelOracle* kernel,
               uint64_t seed) {
  base::Rng rng(seed);
  test_support::PacketGenerator generator(seed);
  for (size_t i = 0; i < maps.size(); ++i) {
    if (maps[i] == nullptr) continue;
    const ebpf::MapDef& def = program.maps[i];
    for (int n = 0; n < 200; ++n) {
      const Bytes key = key_of(generator.next(), def.key_bytes, rng);
      Bytes value(def.value_bytes);
      for (uint8_t& byte : value) byte = static_cast<uint8_t>(rng.below(2));
      ASSERT_EQ(maps[i]->update(key, value, 0), kernel->update(i, key, value, 0));
    }
  }
}

void compare_maps(const ebpf::Program& program, const Maps& maps, const KernelOracle& kernel) {
  for (size_t i = 0; i < maps.size(); ++i) {
    if (maps[i] == nullptr) continue;
    KernelOracle::Entries ours;
    maps[i]->for_each([&](auto key, auto value) {
      ours.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
    });
    EXPECT_EQ(ours, kernel.dump(i)) << "map " << program.maps[i].name;
  }
}

}  // namespace

void compare_with_kernel(const ebpf::Program& program, int packets, uint64_t seed) {
  auto kernel = KernelOracle::load(program);
  ASSERT_TRUE(kernel) << kernel.error().text();
  const Maps maps = make_maps(program);
  fill_maps(program, maps, &*kernel, seed);
  auto interpreter = ebpf::Interpreter::create(program, maps, test_support::kernel_options());
  ASSERT_TRUE(interpreter) << interpreter.error().text();
  test_support::PacketGenerator generator(seed);
  std::set<uint32_t> verdicts;
  for (int i = 0; i < packets; ++i) {
    const Bytes packet = generator.next();
    if (!kernel->accepts(packet)) continue;
    const auto expected = kernel->run(packet);
    ASSERT_TRUE(expected) << expected.error().text();
    const auto outcome = interpreter->run(packet);
    ASSERT_TRUE(outcome) << outcome.error().text();
    verdicts.insert(expected->verdict);
    ASSERT_EQ(outcome->verdict, expected->verdict)
        << "packet " << i << " of " << packet.size() << " bytes";
    ASSERT_EQ(outcome->packet, expected->packet)
        << "packet " << i << " of " << packet.size() << " bytes";
  }
  compare_maps(program, maps, *kernel);
  testing::Test::RecordProperty("verdicts", static_cast<int>(verdicts.size()));
}

std::string no_kernel_oracle(const std::string& name) {
  if (name == "basic.rnd") return "its verdict is a random number of the kernel";
  if (name == "basic.queue") return "the kernel allows stores to rx_queue_index only on offload";
  return {};
}

}  // namespace ebpf_test
