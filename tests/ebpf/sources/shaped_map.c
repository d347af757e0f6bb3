// One map whose type, key size, value size and number of entries are numbers that tests find in the object and replace.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, 0x1a2b3c01);
	__uint(key_size, 0x1a2b3c02);
	__uint(value_size, 0x1a2b3c03);
	__uint(max_entries, 0x1a2b3c04);
} shaped SEC(".maps");

SEC("xdp") int lookup(struct xdp_md *ctx)
{
	__u32 key = 0;
	return bpf_map_lookup_elem(&shaped, &key) ? XDP_PASS : XDP_DROP;
}
