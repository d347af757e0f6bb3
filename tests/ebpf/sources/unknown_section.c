// Only a program of a type that no target knows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/sched/sched_switch") int trace(void *ctx) { return 0; }
