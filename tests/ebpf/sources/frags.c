// A program that takes fragmented packets.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp.frags") int big(struct xdp_md *ctx) { return XDP_PASS; }
