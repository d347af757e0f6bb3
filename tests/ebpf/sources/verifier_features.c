// Programs whose rules need BTF; the name of each begins with what a verifier must say of it.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct locked {
	struct bpf_spin_lock lock;
	int count;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, struct locked);
	__uint(max_entries, 4);
} values SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, int);
	__uint(max_entries, 4);
} counts SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} programs SEC(".maps");

static long step(__u32 index, __u64 *sum)
{
	*sum += index;
	return 0;
}
static long stray(__u32 index, __u64 *sum)
{
	return *(volatile char *)(long)index;
}
static long key_and_value(void *map, int *key, int *value, __u64 *sum)
{
	*sum += *key + *value;
	return 0;
}
static long beyond_value(void *map, int *key, int *value, __u64 *sum)
{
	*sum += *(volatile int *)(value + 1);
	return 0;
}
static long new_key(void *map, int *key, int *value, __u64 *sum)
{
	*(volatile int *)key = 1;
	return 0;
}

#define LOOP(name, callback) \
	SEC("xdp") int name(struct xdp_md *ctx) { __u64 sum = 0; bpf_loop(8, callback, &sum, 0); return sum; }
LOOP(accept_loop, step)
LOOP(refuse_loop_stray, stray)
#define EACH(name, callback) \
	SEC("xdp") int name(struct xdp_md *ctx) { __u64 sum = 0; bpf_for_each_map_elem(&counts, callback, &sum, 0); return sum; }
EACH(accept_each, key_and_value)
EACH(refuse_each_beyond_value, beyond_value)
EACH(refuse_each_new_key, new_key)

__attribute__((noinline)) int first_of(int *pair) { return pair ? *pair : 0; }
__attribute__((noinline)) int unchecked(int *pair) { return *pair; }
SEC("xdp") int accept_global(struct xdp_md *ctx) { int value = 3; return first_of(&value); }
SEC("xdp") int refuse_global_unchecked(struct xdp_md *ctx) { int value = 3; return unchecked(&value); }

static __attribute__((noinline)) int jump_on(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
	return XDP_PASS;
}
SEC("xdp") int accept_tail_call(struct xdp_md *ctx) { return jump_on(ctx); }

static struct locked *value_of(int key) { return bpf_map_lookup_elem(&values, &key); }
SEC("xdp") int accept_lock(struct xdp_md *ctx)
{
	struct locked *value = value_of(1);
	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count++;
	bpf_spin_unlock(&value->lock);
	return XDP_PASS;
}
SEC("xdp") int refuse_lock_kept(struct xdp_md *ctx)
{
	struct locked *value = value_of(1);
	if (value)
		bpf_spin_lock(&value->lock);
	return XDP_PASS;
}
SEC("xdp") int refuse_lock_call(struct xdp_md *ctx)
{
	struct locked *value = value_of(1);
	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->count = bpf_get_prandom_u32();
	bpf_spin_unlock(&value->lock);
	return XDP_PASS;
}

SEC("xdp") int accept_meta(struct xdp_md *ctx)
{
	int *meta = (void *)(long)ctx->data_meta;
	return (void *)(meta + 1) > (void *)(long)ctx->data ? XDP_PASS : *meta;
}
SEC("xdp") int refuse_meta_unchecked(struct xdp_md *ctx) { return *(int *)(long)ctx->data_meta; }

SEC("xdp") int accept_bounded(struct xdp_md *ctx)
{
	int sum = 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 50; i++)
		sum += bpf_get_prandom_u32();
	return sum;
}
SEC("socket") int accept_socket(struct __sk_buff *skb) { return skb->len; }
SEC("socket") int refuse_socket_data(struct __sk_buff *skb) { return *(char *)(long)skb->data; }
