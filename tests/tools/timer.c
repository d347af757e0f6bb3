// Creates maps while a timer interrupts it every 150 microseconds: each call must be executed once, interrupted or not.
// SPDX-License-Identifier: Apache-2.0
//
// usage: timer COUNT: keeps COUNT maps open and prints how many the card has then.
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks;
static void tick(int number) {
  (void)number;
  ++ticks;
}

static long bpf(int command, union bpf_attr* attr) {
  return syscall(SYS_bpf, command, attr, sizeof *attr);
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 100;
  struct rlimit files = {(rlim_t)count + 64, (rlim_t)count + 64};
  setrlimit(RLIMIT_NOFILE, &files);
  struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  const struct itimerval every = {{0, 150}, {0, 150}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &every, NULL);
  union bpf_attr attr;
  for (int i = 0; i < count; ++i) {
    memset(&attr, 0, sizeof attr);
    attr.map_type = BPF_MAP_TYPE_ARRAY;
    attr.key_size = 4;
    attr.value_size = 8;
    attr.max_entries = 1;
    if (bpf(BPF_MAP_CREATE, &attr) < 0) return perror("BPF_MAP_CREATE"), 1;
  }
  setitimer(ITIMER_REAL, &never, NULL);
  int maps = 0;
  memset(&attr, 0, sizeof attr);
  while (bpf(BPF_MAP_GET_NEXT_ID, &attr) == 0) {
    attr.start_id = attr.next_id;
    ++maps;
  }
  printf("%d maps\n", maps);
  fprintf(stderr, "%d ticks\n", (int)ticks);
  return ticks > 0 ? 0 : 1;
}
