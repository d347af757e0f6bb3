// Field accesses that libbpf relocates: they resolve against the object's own types.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct header {
	unsigned short first, second;
} __attribute__((preserve_access_index));

SEC("xdp") int core(struct xdp_md *ctx)
{
	struct header *h = (void *)(long)ctx->data;
	if ((void *)(h + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return h->second;
}
