// Passes everything to the host: what PCIe and the host queues do to a packet rate.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

SEC("xdp") int pass(struct xdp_md* ctx) { return XDP_PASS; }
