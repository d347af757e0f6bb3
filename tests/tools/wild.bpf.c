// A program that every verifier refuses: it reads a packet without looking at its end.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") int wild(struct xdp_md* ctx) {
  const unsigned char* data = (const void*)(long)ctx->data;
  return data[100] == 7 ? XDP_DROP : XDP_PASS;
}

char gpl[] SEC("license") = "Dual BSD/GPL";
