// Maps as libbpf before 1.0 took them.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct legacy { unsigned int type, key_size, value_size, max_entries; };
struct legacy SEC("maps") counters = { BPF_MAP_TYPE_ARRAY, 4, 8, 4 };

SEC("xdp") int count(struct xdp_md *ctx)
{
	int key = 0;
	return bpf_map_lookup_elem(&counters, &key) ? XDP_PASS : XDP_DROP;
}
