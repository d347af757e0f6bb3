// Prints the cases of the kernel's lib/test_bpf.c as text: compiled in user space with the cut table, whose helpers fill in long programs.
// SPDX-License-Identifier: Apache-2.0
//
//   == TITLE
//   # classic | # internal      kind of the instructions
//   # refused                   the kernel must not take it
//   # frame HEX RESULT          what the program returns for these bytes; HEX is - when there are none
//   16 hex digits a line        an instruction as it lies in memory
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef u32 bpf_u32;
#include "linux/filter.h"

#define BIT(n) (1u << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define S16_MAX INT16_MAX
#define S16_MIN INT16_MIN
#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN
#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN
#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define __BPF_STMT(CODE, K) ((struct sock_filter)BPF_STMT(CODE, K))
#define __BPF_JUMP(CODE, K, JT, JF) ((struct sock_filter)BPF_JUMP(CODE, K, JT, JF))
/* The verifier's own form of it says so in imm; what it does is that of a move. */
#define BPF_ZEXT_REG(DST) ((struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = DST, .src_reg = DST })
#define __packed __attribute__((packed))
#define GFP_KERNEL 0
#define kmalloc_array(n, size, flags) calloc(n, size)
#define kfree free
#define swab16 __builtin_bswap16
#define swab32 __builtin_bswap32
#define swab64 __builtin_bswap64
#define cpu_to_be16 __builtin_bswap16
#define cpu_to_be32 __builtin_bswap32
#define cpu_to_be64 __builtin_bswap64
#define cpu_to_le16
#define cpu_to_le32
#define cpu_to_le64
#define div64_u64(a, b) ((a) / (b))
#define div64_u64_rem(a, b, rem) (*(rem) = (a) % (b), (a) / (b))
#define unlikely(x) (x)
#define BPF_MAXINSNS 4096
#define PAGE_SIZE 4096
#define BUG_ON(x) ((x) ? abort() : (void)0)
#ifndef max
#define max(a, b) ((a) > (b) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) ((a) < (b) ? (a) : (b))
#endif
static u32 prandom_state = 1;
struct rnd_state { u32 value; };
#define prandom_seed_state(state, seed) ((void)(state), (void)(seed))
static u32 prandom_u32_state(void *state) { (void)state; return prandom_state = prandom_state * 1664525 + 1013904223; }
static u64 bpf_user_rnd_u32(u64 a, u64 b, u64 c, u64 d, u64 e) { return a + b + c + d + e; }

#undef __BIG_ENDIAN /* the kernel defines its own order only */
#include "test_bpf_table.h"

static void print_program(const void *insns, unsigned count)
{
	for (unsigned i = 0; i < count; ++i) {
		for (unsigned byte = 0; byte < 8; ++byte)
			printf("%02x", ((const u8 *)insns)[8 * i + byte]);
		putchar('\n');
	}
}

static unsigned length_of(const struct bpf_test *test)
{
	unsigned length = MAX_INSNS;
	static const u64 none;
	while (length > 0 && !memcmp((const u64 *)test->u.insns + length - 1, &none, 8))
		--length;
	return length;
}

static void print_frame(const struct bpf_test *test, unsigned run)
{
	const int size = test->aux & FLAG_NO_DATA ? 0 : test->test[run].data_size;
	printf("# frame ");
	for (int i = 0; i < size; ++i)
		printf("%02x", i < MAX_DATA ? test->data[i] : 0);
	printf("%s %u\n", size ? "" : "-", test->test[run].result);
}

static void print_case(struct bpf_test *test)
{
	printf("== %s\n# %s\n", test->descr, test->aux & CLASSIC ? "classic" : "internal");
	if (test->aux & FLAG_EXPECTED_FAIL)
		puts("# refused");
	for (unsigned run = 0; run < MAX_SUBTESTS; ++run) {
		/* An empty entry behind the first ends the list. */
		if (run == 0 || test->test[run].data_size || test->test[run].result)
			print_frame(test, run);
	}
	if (test->fill_helper)
		print_program(test->u.ptr.insns, test->u.ptr.len);
	else
		print_program(test->u.insns, length_of(test));
}

int main(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(tests); ++i) {
		struct bpf_test *test = &tests[i];
		if (test->aux & FLAG_LARGE_MEM || test->aux & FLAG_SKB_FRAG)
			continue; /* more than a frame, or frames in pieces */
		if (!test->fill_helper || test->fill_helper(test) == 0)
			print_case(test);
	}
	return 0;
}
