// The running kernel's answer beside our own.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/kernel_verify.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstring>

#include "host-driver/kernel_bpf.h"
#include "offload-compiler/ebpf/verifier.h"

namespace host {

namespace {

std::string kernel_release() {
  utsname name;
  return uname(&name) == 0 ? name.release : "unknown";
}

VerifierAnswer own_answer(const ebpf::Program& program) {
  ebpf::VerifierOptions options;
  options.offloaded = false;
  const base::Result<ebpf::VerifiedProgram> verified = ebpf::verify(program, options);
  return verified ? VerifierAnswer{true, {}} : VerifierAnswer{false, verified.error().message};
}

// Refusals that say nothing of the program.
bool is_about_the_caller(const KernelProgram& loaded) {
  const bool refused_bpf =
      loaded.error == EPERM || loaded.error == ENOSYS || loaded.error == ENOMEM;
  return refused_bpf && loaded.log.empty();
}

}  // namespace

std::string VerifierComparison::text() const {
  const std::string kernel_name = fmt::format("the running kernel ({})", release);
  if (own.accepted && kernel.accepted) return kernel_name + " accepts the program, as we do";
  if (!differs()) {
    return fmt::format("{} refuses the program, as we do: {}; ours: {}", kernel_name, kernel.cause,
                       own.cause);
  }
  return own.accepted
             ? fmt::format("we accept the program, {} refuses it: {}", kernel_name, kernel.cause)
             : fmt::format("{} accepts the program, we refuse it: {}", kernel_name, own.cause);
}

base::Result<VerifierComparison> verify_in_kernel(const ebpf::Program& program,
                                                  const ebpf::KernelTypes& types) {
  const KernelBtf btf = KernelBtf::load(types);
  const base::Result<KernelMaps> maps = KernelMaps::create(program.maps, btf);
  if (!maps) return maps.error();
  const KernelProgram loaded = load_into_kernel(program, *maps, btf, KernelLog::kOfRefusal);
  if (!loaded && is_about_the_caller(loaded)) {
    return base::io_error(
        fmt::format("the running kernel cannot be asked: bpf(2) is refused: {}; it needs root or "
                    "CAP_BPF with CAP_NET_ADMIN and CAP_PERFMON",
                    std::strerror(loaded.error)));
  }
  VerifierComparison out;
  out.own = own_answer(program);
  out.kernel.accepted = static_cast<bool>(loaded);
  if (!loaded) out.kernel.cause = loaded.cause();
  if (!loaded && !btf.refusal.empty())
    out.kernel.cause +=
        fmt::format("; it was loaded without its BTF, which is refused: {}", btf.refusal);
  out.release = kernel_release();
  return out;
}

}  // namespace host
