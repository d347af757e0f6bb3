// Reads the events of a program on the card with libbpf's perf_buffer, as any tool does.
// SPDX-License-Identifier: Apache-2.0
//
// usage: events OBJECT IFINDEX PAGES FIRST LATER: runs the program FIRST times before it reads a ring of PAGES pages, and LATER
// times after; prints what came.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned samples, wrong, next;
static unsigned long long lost;

static void take(void* context, int cpu, void* data, unsigned size) {
  (void)context, (void)cpu;
  unsigned char want[24] = {0};  // 4 bytes of data, 18 of the packet, padding
  memcpy(want, &next, 4);
  memset(want + 4, 0xee, 14);
  memcpy(want + 18, &next, 4);
  if (size != 28 || memcmp(data, want, 22) != 0) ++wrong;
  ++samples, ++next;
}

static void take_lost(void* context, int cpu, unsigned long long count) {
  (void)context, (void)cpu;
  printf("after %u: lost %llu\n", samples, count);
  lost += count;
  next += (unsigned)count;
}

static int run(int program, unsigned number) {
  unsigned char packet[60];
  memset(packet, 0xee, sizeof packet);
  memcpy(packet + 14, &number, 4);
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof packet);
  return bpf_prog_test_run_opts(program, &options);
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const int ifindex = atoi(argv[2]);
  const unsigned pages = (unsigned)atoi(argv[3]), first = (unsigned)atoi(argv[4]), later = (unsigned)atoi(argv[5]);
  struct bpf_object* object = bpf_object__open_file(argv[1], NULL);
  if (!object) return perror("open"), 1;
  struct bpf_program* program = bpf_object__next_program(object, NULL);
  bpf_program__set_ifindex(program, (unsigned)ifindex);
  if (bpf_object__load(object) != 0) return perror("load"), 1;
  const int map = bpf_object__find_map_fd_by_name(object, "events");
  struct perf_buffer* buffer = perf_buffer__new(map, pages, take, take_lost, NULL, NULL);
  if (!buffer) return perror("perf_buffer__new"), 1;
  if (perf_buffer__poll(buffer, 20) != 0) return puts("woken by nothing"), 1;
  for (unsigned i = 0; i < first; ++i)
    if (run(bpf_program__fd(program), i) != 0) return perror("run"), 1;
  while (samples < first && perf_buffer__poll(buffer, 200) > 0) {
  }
  for (unsigned i = 0; i < later; ++i)
    if (run(bpf_program__fd(program), first + i) != 0) return perror("run"), 1;
  while (samples + lost < first + later && perf_buffer__poll(buffer, 1000) > 0) {
  }
  printf("%u samples, %llu lost, %u wrong\n", samples, lost, wrong);
  perf_buffer__free(buffer);
  bpf_object__close(object);
  return 0;
}
