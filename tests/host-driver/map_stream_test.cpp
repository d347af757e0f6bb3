// Hash and array through our bpf(2) and through the running kernel's: the same random operations, the same answers.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <ostream>

#include "base/rng.h"
#include "tests/host-driver/lab.h"
#include "tests/support/kernel_bpf.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

constexpr unsigned kOperations = 100'000, kOperationsPerDump = 1000;
constexpr uint32_t kMaxEntries = 24, kKeys = 40;  // so that maps fill up and keys lie outside

using Value = uint64_t;
using Call = std::function<long(int command, bpf_attr* attr)>;

struct Answered {
  long error = 0;
  Value value = 0;
  bool operator==(const Answered&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answered& answered) {
  return out << answered.error << " value " << answered.value;
}

// One of the two maps under comparison.
class StreamMap {
 public:
  StreamMap(Call call, bpf_map_type type) : call_(std::move(call)) {
    bpf_attr attr = empty_attr();
    attr.map_type = type;
    attr.key_size = sizeof(uint32_t);
    attr.value_size = sizeof(Value);
    attr.max_entries = kMaxEntries;
    fd_ = static_cast<int>(call_(BPF_MAP_CREATE, &attr));
  }

  int fd() const { return fd_; }

  Answered run(int command, uint32_t key, Value value, uint64_t flags) const {
    bpf_attr attr = empty_attr();
    attr.map_fd = static_cast<uint32_t>(fd_);
    attr.key = address_of(&key);
    if (command != BPF_MAP_DELETE_ELEM) {
      attr.value = address_of(&value);
      attr.flags = flags;
    }
    Answered out;
    out.error = call_(command, &attr);
    out.value = value;
    return out;
  }

  std::map<uint32_t, Value> dump() const {
    std::map<uint32_t, Value> entries;
    uint32_t key = 0, next = 0;
    const uint32_t* from = nullptr;
    while (true) {
      bpf_attr attr = empty_attr();
      attr.map_fd = static_cast<uint32_t>(fd_);
      attr.key = reinterpret_cast<uint64_t>(from);
      attr.next_key = reinterpret_cast<uint64_t>(&next);
      if (call_(BPF_MAP_GET_NEXT_KEY, &attr) != 0) return entries;
      key = next;
      from = &key;
      const Answered found = run(BPF_MAP_LOOKUP_ELEM, key, 0, 0);
      EXPECT_EQ(found.error, 0);
      EXPECT_TRUE(entries.emplace(key, found.value).second) << "key " << key << " comes twice";
    }
  }

  // All entries, in batches of three.
  std::map<uint32_t, Value> dump_by_batches() const {
    std::map<uint32_t, Value> entries;
    uint32_t keys[3], place = 0;
    Value values[3];
    bool is_first = true;
    while (true) {
      bpf_attr attr = empty_attr();
      attr.batch.map_fd = static_cast<uint32_t>(fd_);
      attr.batch.in_batch = is_first ? 0 : address_of(&place);
      attr.batch.out_batch = address_of(&place);
      attr.batch.keys = address_of(keys);
      attr.batch.values = address_of(values);
      attr.batch.count = 3;
      const long result = call_(BPF_MAP_LOOKUP_BATCH, &attr);
      if (result == -ENOSPC) return dump();  // a bucket of the kernel's has more than three
      for (uint32_t i = 0; i < attr.batch.count; ++i) entries.emplace(keys[i], values[i]);
      if (result != 0) return entries;
      is_first = false;
    }
  }

 private:
  Call call_;
  int fd_;
};

Call running_kernel() {
  return [](int command, bpf_attr* attr) -> long {
    return test_support::bpf(static_cast<bpf_cmd>(command), attr);
  };
}

void compare_streams(bpf_map_type type, uint64_t seed) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  Lab lab;
  const StreamMap own([&](int command, bpf_attr* attr) { return lab.process.bpf(command, attr); },
                      type);
  const StreamMap real(running_kernel(), type);
  ASSERT_GE(real.fd(), 0) << available.reason;
  constexpr int kCommands[] = {BPF_MAP_UPDATE_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_LOOKUP_ELEM,
                               BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM};
  base::Rng rng(seed);
  for (unsigned i = 0; i < kOperations; ++i) {
    const int command = kCommands[rng.below(std::size(kCommands))];
    const auto key = static_cast<uint32_t>(rng.below(kKeys));
    const Value value = rng.next();
    const uint64_t flags = rng.below(4) == 0 ? rng.below(5) : 0;
    const Answered expected = real.run(command, key, value, flags);
    ASSERT_EQ(own.run(command, key, value, flags), expected)
        << "operation " << i << ": command " << command << " key " << key << " flags " << flags;
    if (i % kOperationsPerDump != 0) continue;
    const auto entries = real.dump();
    ASSERT_EQ(own.dump(), entries) << "operation " << i;
    ASSERT_EQ(own.dump_by_batches(), entries) << "operation " << i;
    ASSERT_EQ(real.dump_by_batches(), entries) << "operation " << i;
  }
  close(real.fd());
}

TEST(MapStream, HashAnswersAsTheRunningKernels) { compare_streams(BPF_MAP_TYPE_HASH, 1); }
TEST(MapStream, ArrayAnswersAsTheRunningKernels) { compare_streams(BPF_MAP_TYPE_ARRAY, 2); }

}  // namespace
}  // namespace host_test
