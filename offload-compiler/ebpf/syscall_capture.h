// Answers the bpf(2) calls that a library makes through libc's syscall(), instead of the kernel.
// SPDX-License-Identifier: Apache-2.0
//
// Linking syscall_capture.cpp replaces `syscall` for the whole process: libbpf calls the
// executable's definition. Outside capture every call is forwarded to libc's own.
#pragma once

#include <cstddef>

namespace ebpf {

// Returns what bpf(2) would: a file descriptor or 0, or -errno. `attr` may be shorter than the
// kernel's union.
using BpfAnswer = long (*)(void* self, int command, const void* attr, size_t attr_bytes);

// Holds until the process ends: for a child that exits when it has what it wants.
void capture_bpf_calls(BpfAnswer answer, void* self);

}  // namespace ebpf
