// Maps and programs in the running kernel, through bpf(2) without a library.
// SPDX-License-Identifier: Apache-2.0
//
//   const KernelBtf btf = KernelBtf::load(types);
//   base::Result<KernelMaps> maps = KernelMaps::create(program.maps, btf);
//   KernelProgram loaded = load_into_kernel(program, *maps, btf, KernelLog::kOfRefusal);
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace host {

// As the system call: a descriptor or another result, or -errno. A signal makes the kernel's verifier stop and say EAGAIN, which is no answer: it
// is asked again.
int kernel_bpf(int command, bpf_attr& attr);

// Types of an object. Locks in maps, callbacks and tail calls out of functions need them, other programs do without.
struct KernelBtf {
  static KernelBtf load(const ebpf::KernelTypes& types);

  base::UniqueFd fd;    // none: the object has no types, or they are refused
  std::string refusal;  // the kernel's reason
  ebpf::KernelTypes types;

  explicit operator bool() const { return static_cast<bool>(fd); }
};

class KernelMaps {
 public:
  // One map a definition, with its initial value; a map that programs only read is frozen. `ifindex`: the device that
  // they lie on, 0 for the host. Error: the map and the kernel's reason.
  static base::Result<KernelMaps> create(const std::vector<ebpf::MapDef>& definitions,
                                         const KernelBtf& btf, unsigned ifindex = 0);

  size_t size() const { return maps_.size(); }
  int fd(size_t index) const { return maps_[index].get(); }

 private:
  std::vector<base::UniqueFd> maps_;
};

enum class KernelLog { kNone, kOfRefusal };  // a log slows the verifier down many times

struct KernelProgram {
  base::UniqueFd fd;  // none when refused
  int error = 0;      // errno of the refusal
  std::string log;    // of the kernel's verifier

  explicit operator bool() const { return static_cast<bool>(fd); }
  // The log's last line before its summary, or the errno's text.
  std::string cause() const;
};

// The program's indices of maps become descriptors of `maps`; an index beyond them becomes one that no file has. `ifindex`:
// the device that it is offloaded to, 0 for the host.
KernelProgram load_into_kernel(const ebpf::Program& program, const KernelMaps& maps,
                               const KernelBtf& btf, KernelLog log, unsigned ifindex = 0);

}  // namespace host
