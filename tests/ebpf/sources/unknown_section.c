// Only a program of a type that no target knows.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/sched/sched_switch") int trace(void *ctx) { return 0; }
