// A classifier for tc.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("classifier") int classify(struct __sk_buff* skb) { return 0; }

char gpl[] SEC("license") = "Dual BSD/GPL";
