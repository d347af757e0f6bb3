// Loads and test-runs subjects by bpf(2).
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/observe_kernel.h"

#include <linux/bpf.h>

#include "tests/support/kernel_oracle.h"

namespace fuzz {

base::Result<KernelWitness> KernelWitness::create(const std::vector<ebpf::MapDef>& maps) {
  auto created = test_support::KernelMaps::create(maps);
  if (!created) return created.error();
  return KernelWitness(std::move(*created));
}

base::Result<Observation> KernelWitness::observe(const ebpf::Program& program, const Input& input) {
  auto oracle = test_support::KernelOracle::load(program, maps_);
  if (!oracle) return oracle.error();
  maps_->clear();
  for (size_t map = 0; map < input.maps.size(); ++map) {
    for (const auto& [key, value] : input.maps[map]) maps_->update(map, key, value, BPF_ANY);
  }
  Observation seen;
  for (const Bytes& packet : input.packets) {
    auto run = oracle->run(packet);
    if (!run) return run.error();
    seen.packets.push_back({run->verdict, std::move(run->packet)});
  }
  for (size_t map = 0; map < input.maps.size(); ++map) seen.maps.push_back(maps_->dump(map));
  return seen;
}

}  // namespace fuzz
