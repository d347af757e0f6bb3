// Maps the global variables of a program into memory, as a libbpf skeleton does.
// SPDX-License-Identifier: Apache-2.0
//
// usage: globals OBJECT [IFINDEX]: prints what the variables are after runs with .data of before and after; with a device, on it.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "run_once.h"

struct bss {
  unsigned long long packets, steps;
  unsigned atomically;
};

static int fd_of(struct bpf_object* object, const char* section) {
  struct bpf_map* map;
  bpf_object__for_each_map(map, object) {
    if (strstr(bpf_map__name(map), section) != NULL) return bpf_map__fd(map);
  }
  return -1;
}

static void* map_of(struct bpf_object* object, const char* section, int protection) {
  return mmap(NULL, 4096, protection, MAP_SHARED, fd_of(object, section), 0);
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  const unsigned device = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
  struct bpf_object* object = bpf_object__open_file(argv[1], NULL);
  if (!object) return perror("open"), 1;
  struct bpf_program* program = bpf_object__next_program(object, NULL);
  bpf_program__set_ifindex(program, device);
  struct bpf_map* map;
  bpf_object__for_each_map(map, object) {
    bpf_map__set_ifindex(map, device);
    const unsigned step = 5;
    if (strstr(bpf_map__name(map), ".rodata")) bpf_map__set_initial_value(map, &step, sizeof step);
  }
  if (bpf_object__load(object) != 0) return perror("load"), 1;
  volatile struct bss* bss = map_of(object, ".bss", PROT_READ | PROT_WRITE);
  volatile unsigned* data = map_of(object, ".data", PROT_READ | PROT_WRITE);
  const volatile unsigned* rodata = map_of(object, ".rodata", PROT_READ);
  if (bss == MAP_FAILED || data == MAP_FAILED || rodata == MAP_FAILED) return perror("mmap"), 1;
  printf("step %u, .rodata for writing: %s\n", *rodata,
         map_of(object, ".rodata", PROT_READ | PROT_WRITE) == MAP_FAILED ? strerrorname_np(errno)
                                                                         : "mapped");
  const int fd = bpf_program__fd(program);
  printf("verdict %u", run_once(fd));
  *data = 2;
  printf(" %u %u", run_once(fd), run_once(fd));
  bss->packets += 100;
  printf(" %u\n", run_once(fd));
  // In the mapping of a card's memory, words that are counted atomically have the card's byte order.
  const unsigned key = 0;
  struct bss looked_up;
  if (bpf_map_lookup_elem(fd_of(object, ".bss"), &key, &looked_up) != 0) return perror("lookup"), 1;
  printf("%llu packets, %llu steps, %u atomically\n", bss->packets, bss->steps,
         looked_up.atomically);
  return 0;
}
