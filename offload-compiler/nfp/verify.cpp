// The verifier with the rules as its listener.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/verify.h"

#include "offload-compiler/nfp/rules.h"

namespace offload {
namespace {

constexpr uint64_t kExactVisits = 200'000;

base::Result<ProgramFacts> verify(const ebpf::Program& program,
                                  const firmware::Capability& capability,
                                  ebpf::VerifierOptions options) {
  Rules rules(program, capability);
  options.on_insn = [&](const ebpf::Visit& visit) { return rules.check(visit); };
  base::Result<ebpf::VerifiedProgram> verified = ebpf::verify(program, options);
  if (!verified) return verified.error();
  return rules.finish(*verified);
}

}  // namespace

base::Result<ProgramFacts> verify_for_card(const ebpf::Program& program,
                                           const firmware::Capability& capability) {
  return verify(program, capability, {});
}

base::Result<ProgramFacts> verify_exactly(const ebpf::Program& program,
                                          const firmware::Capability& capability) {
  ebpf::VerifierOptions options;
  options.exact_ranges = true;
  options.max_visits = kExactVisits;
  return verify(program, capability, options);
}

}  // namespace offload
