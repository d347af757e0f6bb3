// The running kernel as a witness: one set of maps serves all subjects.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/fuzz/observation.h"

namespace fuzz {

class KernelWitness {
 public:
  // Error: the kernel refuses the maps.
  static base::Result<KernelWitness> create(const std::vector<ebpf::MapDef>& maps);

  // Error: the kernel refuses program or packets.
  base::Result<Observation> observe(const ebpf::Program& program, const Input& input);

 private:
  explicit KernelWitness(std::shared_ptr<test_support::KernelMaps> maps) : maps_(std::move(maps)) {}
  std::shared_ptr<test_support::KernelMaps> maps_;
};

}  // namespace fuzz
