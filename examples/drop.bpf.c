// Drops everything: the smallest program, and the one that vendors quote packet rates for.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

SEC("xdp") int drop(struct xdp_md* ctx) { return XDP_DROP; }
