// Global variables of all three kinds: counts packets, and lets them pass or not as .data says.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile __u32 step = 1;  // .rodata
volatile __u32 verdict = XDP_DROP;  // .data
volatile __u64 packets, steps;  // .bss
__u32 atomically;

SEC("xdp") int count(struct xdp_md* ctx) {
  ++packets;
  steps += step;
  __sync_fetch_and_add(&atomically, 1);
  return verdict;
}

char gpl[] SEC("license") = "GPL";
