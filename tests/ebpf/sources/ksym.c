// Refers to a symbol of the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern const void bpf_link_fops __ksym;

SEC("xdp") int ksym(struct xdp_md *ctx) { return (int)(long)&bpf_link_fops; }
