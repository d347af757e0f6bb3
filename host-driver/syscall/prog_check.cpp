// Verification of a program under load, with the device's driver listening.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "host-driver/offload_core.h"
#include "host-driver/syscall/dead_code.h"
#include "host-driver/syscall/prog_load.h"
#include "host-driver/syscall/refusal_errno.h"

namespace host {

namespace {

constexpr uint32_t kComplexityLimit = 1'000'000;

class Check {
 public:
  Check(const Call& call, bpf_prog* prog, UserLog* log)
      : call_(call), prog_(prog), log_(log), is_bound_(bpf_prog_is_dev_bound(prog->aux.get())) {
    env_.prog = prog;
  }

  int run() {
    if (is_bound_) {
      if (const int error = bpf_prog_offload_verifier_prep(prog_); error != 0) return error;
    }
    base::Result<ebpf::VerifiedProgram> verified = ebpf::verify(prog_->program, options());
    if (!verified) return refuse(verified.error());
    if (const int error = finish(*verified); error != 0) return error;
    tell_accepted(*verified);
    return 0;
  }

 private:
  ebpf::VerifierOptions options() {
    ebpf::VerifierOptions wanted;
    wanted.offloaded = is_bound_;
    wanted.log = log_->is_wanted();
    if (is_bound_) {
      wanted.on_insn = [this](const ebpf::Visit& visit) { return tell_driver(visit); };
    }
    return wanted;
  }

  base::Result<void> tell_driver(const ebpf::Visit& visit) {
    env_.visit = &visit;
    driver_error_ = bpf_prog_offload_verify_insn(&env_, static_cast<int>(visit.insn),
                                                 static_cast<int>(visit.prev_insn));
    env_.visit = nullptr;
    if (driver_error_ == 0) return {};
    return base::unsupported(fmt::format("the device's driver refuses instruction {}", visit.insn));
  }

  int finish(ebpf::VerifiedProgram& verified) {
    env_.verified = &verified;
    if (is_bound_) {
      if (const int error = bpf_prog_offload_finalize(&env_); error != 0) {
        log_->add(env_.log);
        call_.explain(env_.log);
        return error;
      }
    }
    prog_->xlated = without_dead_code(verified, listener());
    prog_->aux->verified_insns = static_cast<uint32_t>(verified.visits);
    return 0;
  }

  DeadCodeListener listener() {
    if (!is_bound_) return {};
    DeadCodeListener driver;
    driver.orig_idx = &env_.orig_idx;
    driver.replace = [this](uint32_t off, const ebpf::Insn& insn) {
      bpf_prog_offload_replace_insn(&env_, off, &insn);
    };
    driver.remove = [this](uint32_t off, uint32_t count) {
      bpf_prog_offload_remove_insns(&env_, off, count);
    };
    return driver;
  }

  // The verifier's error is its cause, then the path that led there.
  int refuse(const base::Error& error) {
    const size_t end = error.message.find('\n');
    const std::string cause = error.message.substr(0, end);
    if (end != std::string::npos) log_->add(error.message.substr(end + 1));
    log_->add(env_.log);
    log_->add(cause + "\n");
    call_.explain(env_.log.empty() ? cause : env_.log);
    return driver_error_ != 0 ? driver_error_ : -errno_of_refusal(error);
  }

  void tell_accepted(const ebpf::VerifiedProgram& verified) {
    if (log_->is_detailed()) log_->add(verified.log);
    log_->add(env_.log);
    if (!log_->is_detailed())
      log_->add(fmt::format("processed {} insns (limit {})\n", verified.visits, kComplexityLimit));
  }

  const Call& call_;
  bpf_prog* prog_;
  UserLog* log_;
  const bool is_bound_;
  bpf_verifier_env env_;
  int driver_error_ = 0;
};

}  // namespace

int check_program(const Call& call, bpf_prog* prog, UserLog* log) {
  return Check(call, prog, log).run();
}

}  // namespace host
