// A function that is verified by itself, by what its types say: tests make them lie.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct record {
	char bytes[0x123];
};

__attribute__((noinline)) int sum(struct record *record)
{
	return record ? record->bytes[0] + record->bytes[0x122] : 0;
}

SEC("xdp") int call(struct xdp_md *ctx)
{
	struct record record = {};
	return sum(&record);
}
