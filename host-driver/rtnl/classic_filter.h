// Filters of tc that are given as classic BPF ("bytecode").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "host-driver/bpf_objects.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace host {

class Objects;

// A program without an id, as kernels make of such a filter: it returns what the filter returns. Error: the classic checker's.
base::Result<ProgRef> classic_filter(Objects& objects, const classic::Program& filter);

}  // namespace host
