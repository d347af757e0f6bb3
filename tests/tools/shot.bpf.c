// A classifier for tc that a card takes: it drops.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("classifier") int shot(struct __sk_buff* skb) { return TC_ACT_SHOT; }

char gpl[] SEC("license") = "Dual BSD/GPL";
