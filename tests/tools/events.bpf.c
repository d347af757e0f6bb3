// Sends the bytes 14 to 17 of each packet to the host, with as many bytes of the packet as a test asks for.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");

SEC("xdp") int send(struct xdp_md* ctx) {
  void *data = (void*)(long)ctx->data, *end = (void*)(long)ctx->data_end;
  if (data + 60 > end) return XDP_ABORTED;
  __u32 number = *(__u32*)(data + 14);
  __u64 bytes = 18;
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | bytes << 32, &number, sizeof number);
  return XDP_DROP;
}

char gpl[] SEC("license") = "GPL";
