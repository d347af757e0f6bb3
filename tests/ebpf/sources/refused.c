// Programs that are refused each for a reason of its own, which their names tell.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int unsafe_access(struct xdp_md *ctx)
{
	return *(volatile __u8 *)(long)ctx->data;
}

#define KEEP(pointer) asm volatile("" : : "r"(pointer) : "memory")

static __attribute__((noinline)) int deeper(int value)
{
	char bytes[300];
	bytes[0] = value;
	KEEP(bytes);
	return bytes[0];
}

SEC("xdp") int deep_stack(struct xdp_md *ctx)
{
	char bytes[300];
	bytes[0] = ctx->rx_queue_index;
	KEEP(bytes);
	return deeper(bytes[0]);
}

SEC("xdp") int endless(struct xdp_md *ctx)
{
	for (volatile int i = 0;; ++i)
		;
	return 0;
}

static int (*no_such_helper)(void) = (void *)12345;
SEC("xdp") int unknown_helper(struct xdp_md *ctx)
{
	return no_such_helper();
}

#define TIMES_4(statement) statement statement statement statement
#define TIMES_64(statement) TIMES_4(TIMES_4(TIMES_4(statement)))
SEC("xdp") int long_program(struct xdp_md *ctx)
{
	volatile __u64 sum = ctx->data_end - ctx->data;
	TIMES_64(TIMES_64(sum += 0x123456789;))
	return sum & 1;
}
