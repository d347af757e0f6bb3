// Asks for the configuration of the kernel that it is loaded into.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;

SEC("xdp") int version(struct xdp_md *ctx) { return LINUX_KERNEL_VERSION > 0 ? XDP_PASS : XDP_DROP; }
