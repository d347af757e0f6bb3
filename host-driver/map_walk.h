// The entries of a map through bpf(2), the kernel's or a card's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "host-driver/map_json.h"

namespace host {

// As the system call: a result, or -errno.
using BpfCall = std::function<int64_t(int command, bpf_attr& attr)>;

// Key after key; an entry that is deleted meanwhile is left out. Error kIo: the walk is refused, and why.
base::Result<std::vector<MapEntry>> read_entries(const BpfCall& bpf, int fd, uint32_t key_bytes,
                                                 uint32_t value_bytes);

}  // namespace host
