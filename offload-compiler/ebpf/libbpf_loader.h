// Opens and links an object with libbpf, whose bpf(2) calls a recorder answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/object.h"

namespace ebpf {

// Only for a child process: captures bpf(2) for the rest of the process's life. libbpf may crash on
// a malformed object.
base::Result<Object> load_with_libbpf(const std::string& path);

}  // namespace ebpf
