// Prints the kernel's verifier cases as text: compiled inside the kernel tree's test_verifier.c, run once, never linked to libbpf.
// SPDX-License-Identifier: Apache-2.0
//
//   == FILE.c: TITLE            of one case
//   # expect accept             as recorded for a privileged loader
//   # flags N                   prog_flags of PROG_LOAD
//   # unsupported WHAT          what the text cannot say: another program type, a map type, kernel functions
//   # lock MAP OFFSET           of the bpf_spin_lock in the map's value
//   # function INSN             that BTF describes
//   # type xdp                  and maps and slots, the form of tests/data/kernel-jit/*.bpf
#define main test_verifier_main
#include "test_verifier.c"
#undef main

struct map_kind {
	const char *name;
	size_t fixups; /* offset of the list of instructions that load it */
	int type, key, value, entries, flags, lock; /* lock: 1 + offset of a bpf_spin_lock in the value */
};

#define KIND(field, ...) { #field, offsetof(struct bpf_test, fixup_##field), __VA_ARGS__ }
static const struct map_kind kinds[] = {
	KIND(map_hash_8b, BPF_MAP_TYPE_HASH, 8, 8, 1, BPF_F_NO_PREALLOC),
	KIND(map_hash_48b, BPF_MAP_TYPE_HASH, 8, sizeof(struct test_val), 1, BPF_F_NO_PREALLOC),
	KIND(map_hash_16b, BPF_MAP_TYPE_HASH, 8, sizeof(struct other_val), 1, BPF_F_NO_PREALLOC),
	KIND(map_array_48b, BPF_MAP_TYPE_ARRAY, 4, sizeof(struct test_val), 1),
	KIND(map_sockmap, BPF_MAP_TYPE_SOCKMAP, 4, 4, 1),
	KIND(map_sockhash, BPF_MAP_TYPE_SOCKHASH, 4, 4, 1),
	KIND(map_xskmap, BPF_MAP_TYPE_XSKMAP, 4, 4, 1),
	KIND(map_stacktrace, BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1),
	KIND(prog1, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4),
	KIND(prog2, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8),
	KIND(map_in_map, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1),
	KIND(cgroup_storage, BPF_MAP_TYPE_CGROUP_STORAGE, sizeof(struct bpf_cgroup_storage_key), TEST_DATA_LEN, 0),
	KIND(percpu_cgroup_storage, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, sizeof(struct bpf_cgroup_storage_key), TEST_DATA_LEN, 0),
	KIND(map_spin_lock, BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0, 1 + 4),
	KIND(map_array_ro, BPF_MAP_TYPE_ARRAY, 4, sizeof(struct test_val), 1, BPF_F_RDONLY_PROG),
	KIND(map_array_wo, BPF_MAP_TYPE_ARRAY, 4, sizeof(struct test_val), 1, BPF_F_WRONLY_PROG),
	KIND(map_array_small, BPF_MAP_TYPE_ARRAY, 4, 1, 1),
	KIND(sk_storage_map, BPF_MAP_TYPE_SK_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC),
	KIND(map_event_output, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1),
	KIND(map_reuseport_array, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 1),
	KIND(map_ringbuf, BPF_MAP_TYPE_RINGBUF, 0, 0, 4096),
	KIND(map_timer, BPF_MAP_TYPE_ARRAY, 4, 16, 1),
	KIND(map_kptr, BPF_MAP_TYPE_ARRAY, 4, 24, 1),
};

static int *fixups_of(struct bpf_test *test, const struct map_kind *kind)
{
	return (int *)((char *)test + kind->fixups);
}

/* The rules of locks and callbacks are the same for all types: their files are judged as a type that we have. */
static const char *type_name(const char *file, const struct bpf_test *test)
{
	if (!strcmp(file, "spin_lock.c") || !strcmp(file, "bpf_loop_inline.c"))
		return "tc";
	switch (test->prog_type) {
	case BPF_PROG_TYPE_UNSPEC:
	case BPF_PROG_TYPE_SOCKET_FILTER:
		return "socket";
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		return "tc";
	case BPF_PROG_TYPE_XDP:
		return "xdp";
	default:
		return NULL;
	}
}

static void print_maps(struct bpf_test *test, struct bpf_insn *insns)
{
	unsigned int index = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct map_kind *kind = &kinds[k];
		int *fixup = fixups_of(test, kind);

		if (!*fixup)
			continue;
		printf("# map %s %d %d %d %d %d\n", kind->name, kind->type, kind->key, kind->value,
		       kind->entries, kind->flags);
		if (kind->lock)
			printf("# lock %u %d\n", index, kind->lock - 1);
		if (!strcmp(kind->name, "map_timer") || !strcmp(kind->name, "map_kptr"))
			printf("# unsupported maps with timers or kernel pointers\n");
		for (; *fixup; fixup++)
			insns[*fixup].imm = index;
		index++;
	}
}

static void print_case(const char *file, struct bpf_test *test)
{
	struct bpf_insn *insns = test->insns;
	int count = probe_filter_length(insns);

	if (test->fill_helper) {
		insns = test->fill_insns = calloc(MAX_TEST_INSNS, sizeof(*insns));
		test->fill_helper(test);
		count = test->prog_len;
	}
	printf("== %s: %s\n# type %s\n", file, test->descr, type_name(file, test));
	printf("# expect %s\n", test->result == REJECT ? "refuse" : "accept");
	if (test->flags & F_LOAD_WITH_STRICT_ALIGNMENT)
		printf("# flags %d\n", BPF_F_STRICT_ALIGNMENT);
	if (test->fixup_kfunc_btf_id[0].kfunc || test->kfunc)
		printf("# unsupported kernel functions\n");
	for (int i = 0; i < test->func_info_cnt; i++)
		printf("# function %u\n", test->func_info[i].insn_off);
	print_maps(test, insns);
	for (int i = 0; i < count; i++)
		printf("%02x%02x%04x%08x\n", insns[i].code, insns[i].dst_reg | insns[i].src_reg << 4,
		       __builtin_bswap16(insns[i].off), __builtin_bswap32(insns[i].imm));
	free(test->fill_insns);
}

/* verifier/tests.h names each file by a case without instructions before that file's own. */
int main(void)
{
	const char *file = "";

	bpf_semi_rand_init();
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		if (tests[i].descr[0] == '@')
			file = tests[i].descr + 1;
		else if (type_name(file, &tests[i]))
			print_case(file, &tests[i]);
	}
	return 0;
}
