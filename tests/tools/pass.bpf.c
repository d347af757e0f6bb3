// An XDP program without maps.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") int pass(struct xdp_md* ctx) { return XDP_PASS; }

char gpl[] SEC("license") = "Dual BSD/GPL";
