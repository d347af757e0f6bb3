// Global variables in all three sections, and a map that wants to be pinned.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct flow { unsigned int source, destination; };
typedef unsigned long long counter;

const volatile int limit = 5;
int start = 7;
int seen;
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct flow);
	__type(value, counter);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} flows SEC(".maps");

SEC("xdp") int globals(struct xdp_md *ctx)
{
	struct flow key = {};
	seen++;
	if (bpf_map_lookup_elem(&flows, &key))
		return XDP_ABORTED;
	return limit + start + seen;
}
