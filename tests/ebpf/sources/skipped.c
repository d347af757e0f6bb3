// One program that can be loaded beside some that cannot.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual MIT/GPL";

SEC("xdp/port") int good(struct xdp_md *ctx) { return XDP_PASS; }
SEC("tcx/ingress") int shaper(struct __sk_buff *skb) { return 0; }
SEC("?socket") int filter(struct __sk_buff *skb) { return skb->len; }
SEC("kprobe/do_exit") int probe(void *ctx) { return 0; }
SEC("my_section") int stray(void *ctx) { return 0; }
SEC("xdp/devmap") int behind(struct xdp_md *ctx) { return XDP_DROP; }
