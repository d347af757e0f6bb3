// The table of correct calls, and the ways to spoil them.
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/misuse_cases.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "host-driver/bpf_attr.h"
#include "tests/ebpf/asm.h"

namespace host_test {
namespace {

using host::address_of;
uint32_t as_fd(int fd) { return static_cast<uint32_t>(fd); }

// Memory that correct calls point to.
const uint32_t kKey = 1;
std::array<uint64_t, 512> buffer, output;
const std::vector<uint8_t> kCode =
    ebpf::insns_to_bytes({ebpf_test::mov(0, 2), ebpf_test::exit_insn()});

void fill_map(bpf_attr* attr, bpf_map_type type) {
  attr->map_type = type;
  attr->key_size = 4;
  attr->value_size = 8;
  attr->max_entries = 4;
}

void fill_program(bpf_attr* attr) {
  attr->prog_type = BPF_PROG_TYPE_XDP;
  attr->insns = address_of(kCode.data());
  attr->insn_cnt = static_cast<uint32_t>(kCode.size() / 8);
  attr->license = address_of("GPL");
}

void fill_element(const Subject& s, bpf_attr* attr) {
  attr->map_fd = as_fd(s.hash);
  attr->key = address_of(&kKey);
  attr->value = address_of(output.data());
}

void fill_key(const Subject& s, bpf_attr* attr) {
  attr->map_fd = as_fd(s.hash);
  attr->key = address_of(&kKey);
}

void fill_batch(const Subject& s, bpf_attr* attr) {
  attr->batch.map_fd = as_fd(s.hash);
  attr->batch.keys = address_of(buffer.data());
  attr->batch.values = address_of(output.data());
  attr->batch.out_batch = address_of(output.data() + 256);
  attr->batch.count = 1;
}

void fill_test_run(const Subject& s, bpf_attr* attr) {
  attr->test.prog_fd = as_fd(s.prog);
  attr->test.data_in = address_of(buffer.data());
  attr->test.data_size_in = 64;
  attr->test.data_out = address_of(output.data());
  attr->test.data_size_out = 256;
}

void fill_info(const Subject& s, bpf_attr* attr) {
  buffer.fill(0);
  attr->info.bpf_fd = as_fd(s.array);
  attr->info.info = address_of(buffer.data());
  attr->info.info_len = sizeof(bpf_map_info);
}

constexpr uint32_t kNoSuchId = 0x7fff'fff0, kNoSuchInterface = 0x7fff'fff0;
void no_id(const Subject&, bpf_attr* attr) { attr->prog_id = kNoSuchId; }
void from_last_id(const Subject&, bpf_attr* attr) { attr->start_id = kNoSuchId; }

#define AT(field) offsetof(bpf_attr, field)

std::vector<MisuseCase> make_cases() {
  using S = const Subject&;
  return {
      {BPF_MAP_CREATE,
       "MAP_CREATE",
       [](S, bpf_attr* a) { fill_map(a, BPF_MAP_TYPE_ARRAY); },
       {},
       {},
       {},
       EBADF,
       EPERM},
      {BPF_MAP_LOOKUP_ELEM,
       "MAP_LOOKUP_ELEM",
       fill_element,
       {AT(key), AT(value)},
       {AT(map_fd)},
       {}},
      {BPF_MAP_UPDATE_ELEM,
       "MAP_UPDATE_ELEM",
       fill_element,
       {AT(key), AT(value)},
       {AT(map_fd)},
       {}},
      {BPF_MAP_DELETE_ELEM, "MAP_DELETE_ELEM", fill_key, {AT(key)}, {AT(map_fd)}, {}},
      {BPF_MAP_GET_NEXT_KEY,
       "MAP_GET_NEXT_KEY",
       [](S s, bpf_attr* a) {
         a->map_fd = as_fd(s.array);
         a->key = address_of(&kKey);
         a->next_key = address_of(output.data());
       },
       {AT(key), AT(next_key)},
       {AT(map_fd)},
       {}},
      {BPF_PROG_LOAD,
       "PROG_LOAD",
       [](S, bpf_attr* a) { fill_program(a); },
       {AT(insns), AT(license)},
       {},
       {},
       EBADF,
       EPERM},
      {BPF_OBJ_PIN,
       "OBJ_PIN",
       [](S s, bpf_attr* a) {
         a->pathname = address_of("");
         a->bpf_fd = as_fd(s.array);
       },
       {AT(pathname)},
       {},
       {}},
      {BPF_OBJ_GET,
       "OBJ_GET",
       [](S, bpf_attr* a) { a->pathname = address_of(""); },
       {AT(pathname)},
       {},
       {}},
      {BPF_PROG_ATTACH,
       "PROG_ATTACH",
       [](S s, bpf_attr* a) {
         a->attach_bpf_fd = as_fd(s.prog);
         a->attach_type = BPF_XDP;
       },
       {},
       {},
       {AT(attach_bpf_fd)}},
      {BPF_PROG_DETACH,
       "PROG_DETACH",
       [](S s, bpf_attr* a) {
         a->target_fd = as_fd(s.array);
         a->attach_bpf_fd = as_fd(s.prog);
         a->attach_type = BPF_XDP;
       },
       {},
       {},
       {}},
      {BPF_PROG_TEST_RUN,
       "PROG_TEST_RUN",
       fill_test_run,
       {AT(test.data_in), AT(test.data_out)},
       {},
       {AT(test.prog_fd)}},
      {BPF_PROG_GET_NEXT_ID, "PROG_GET_NEXT_ID", from_last_id, {}, {}, {}, EBADF, EPERM},
      {BPF_MAP_GET_NEXT_ID, "MAP_GET_NEXT_ID", from_last_id, {}, {}, {}, EBADF, EPERM},
      {BPF_BTF_GET_NEXT_ID, "BTF_GET_NEXT_ID", from_last_id, {}, {}, {}, EBADF, EPERM},
      {BPF_LINK_GET_NEXT_ID, "LINK_GET_NEXT_ID", from_last_id, {}, {}, {}, EBADF, EPERM},
      {BPF_PROG_GET_FD_BY_ID, "PROG_GET_FD_BY_ID", no_id, {}, {}, {}, EBADF, EPERM},
      {BPF_MAP_GET_FD_BY_ID, "MAP_GET_FD_BY_ID", no_id, {}, {}, {}, EBADF, EPERM},
      {BPF_BTF_GET_FD_BY_ID, "BTF_GET_FD_BY_ID", no_id, {}, {}, {}, EBADF, EPERM},
      {BPF_LINK_GET_FD_BY_ID, "LINK_GET_FD_BY_ID", no_id, {}, {}, {}, EBADF, EPERM},
      {BPF_OBJ_GET_INFO_BY_FD, "OBJ_GET_INFO_BY_FD", fill_info, {AT(info.info)}, {}, {}},
      {BPF_PROG_QUERY,
       "PROG_QUERY",
       [](S, bpf_attr* a) {
         a->query.target_fd = as_fd(Subject::kClosed);
         a->query.attach_type = BPF_FLOW_DISSECTOR;
       },
       {},
       {},
       {},
       EBADF,
       EPERM},
      {BPF_BTF_LOAD,
       "BTF_LOAD",
       [](S, bpf_attr* a) {
         a->btf = address_of(buffer.data());
         a->btf_size = 64;
       },
       {AT(btf)},
       {},
       {},
       EBADF,
       EPERM},
      {BPF_MAP_LOOKUP_AND_DELETE_ELEM,
       "MAP_LOOKUP_AND_DELETE_ELEM",
       fill_element,
       {AT(key)},
       {AT(map_fd)},
       {}},
      {BPF_MAP_FREEZE,
       "MAP_FREEZE",
       [](S s, bpf_attr* a) { a->map_fd = as_fd(s.array); },
       {},
       {AT(map_fd)},
       {}},
      {BPF_MAP_LOOKUP_BATCH,
       "MAP_LOOKUP_BATCH",
       fill_batch,
       {AT(batch.keys), AT(batch.values), AT(batch.out_batch)},
       {AT(batch.map_fd)},
       {}},
      {BPF_MAP_LOOKUP_AND_DELETE_BATCH,
       "MAP_LOOKUP_AND_DELETE_BATCH",
       fill_batch,
       {AT(batch.keys), AT(batch.values), AT(batch.out_batch)},
       {AT(batch.map_fd)},
       {}},
      {BPF_MAP_UPDATE_BATCH,
       "MAP_UPDATE_BATCH",
       fill_batch,
       {AT(batch.keys), AT(batch.values)},
       {AT(batch.map_fd)},
       {}},
      {BPF_MAP_DELETE_BATCH,
       "MAP_DELETE_BATCH",
       fill_batch,
       {AT(batch.keys)},
       {AT(batch.map_fd)},
       {}},
      {BPF_LINK_CREATE,
       "LINK_CREATE",
       [](S s, bpf_attr* a) {
         a->link_create.prog_fd = as_fd(s.prog);
         a->link_create.target_ifindex = kNoSuchInterface;
         a->link_create.attach_type = BPF_XDP;
       },
       {},
       {},
       {AT(link_create.prog_fd)}},
      {BPF_LINK_UPDATE,
       "LINK_UPDATE",
       [](S s, bpf_attr* a) {
         a->link_update.link_fd = as_fd(s.prog);
         a->link_update.new_prog_fd = as_fd(s.prog);
       },
       {},
       {},
       {AT(link_update.link_fd)}},
      {BPF_LINK_DETACH,
       "LINK_DETACH",
       [](S s, bpf_attr* a) { a->link_detach.link_fd = as_fd(s.array); },
       {},
       {AT(link_detach.link_fd)},
       {}},
      {BPF_PROG_BIND_MAP,
       "PROG_BIND_MAP",
       [](S s, bpf_attr* a) {
         a->prog_bind_map.prog_fd = as_fd(s.prog);
         a->prog_bind_map.map_fd = as_fd(s.array);
       },
       {},
       {AT(prog_bind_map.map_fd)},
       {AT(prog_bind_map.prog_fd)}},
  };
}
#undef AT

constexpr uint32_t kLongBytes = 1024, kTooLongBytes = 4097;
constexpr uint64_t kBadPointer = 8;

class Spoiler {
 public:
  Spoiler(const MisuseCase& row, const Subject& subject) : row_(row), subject_(subject) {
    std::memset(&attr_, 0, sizeof attr_);
    row.fill(subject, &attr_);
  }

  std::vector<WrongCall> all() {
    sizes();
    for (const size_t at : row_.pointers) {
      spoil(fmt::format("bad pointer at {}", at), at, kBadPointer, EFAULT);
    }
    for (const size_t at : row_.maps) descriptor(at, subject_.prog);
    for (const size_t at : row_.progs) descriptor(at, subject_.hash);
    return std::move(calls_);
  }

 private:
  void add(const std::string& what, std::vector<uint8_t> attr, uint32_t bytes, int expected) {
    calls_.push_back({fmt::format("{}: {}", row_.name, what), row_.command, std::move(attr), bytes,
                      false, expected});
  }
  std::vector<uint8_t> attr_of(size_t bytes) const {
    std::vector<uint8_t> out(bytes);
    std::memcpy(out.data(), &attr_, std::min(bytes, sizeof attr_));
    return out;
  }

  void sizes() {
    for (const uint32_t bytes : {0u, 4u, 8u, 12u, 16u, 20u, 24u}) {
      add(fmt::format("short attribute of {}", bytes), attr_of(kLongBytes), bytes, 0);
    }
    std::vector<uint8_t> tail = attr_of(kLongBytes);
    tail.back() = 1;
    add("long attribute with a tail", tail, kLongBytes, E2BIG);
    add("attribute beyond a page", attr_of(kTooLongBytes), kTooLongBytes, E2BIG);
    add("attribute at a bad pointer", {}, sizeof attr_, EFAULT);
    calls_.back().bad_attr_pointer = true;
    const bool is_long = row_.command == BPF_PROG_LOAD || row_.command == BPF_LINK_CREATE;
    if (is_long) return;
    std::vector<uint8_t> used = attr_of(kLongBytes);
    used[112] = 1;
    add("a byte behind the last field", used, sizeof attr_, EINVAL);
  }

  template <typename T>
  void spoil(const std::string& what, size_t at, T value, int expected) {
    std::vector<uint8_t> attr = attr_of(kLongBytes);
    std::memcpy(attr.data() + at, &value, sizeof value);
    add(what, attr, sizeof attr_, expected);
  }

  void descriptor(size_t at, int of_wrong_kind) {
    spoil(fmt::format("closed descriptor at {}", at), at, Subject::kClosed, row_.closed);
    spoil(fmt::format("foreign descriptor at {}", at), at, subject_.foreign, EINVAL);
    spoil(fmt::format("object of another kind at {}", at), at, of_wrong_kind, EINVAL);
  }

  const MisuseCase& row_;
  const Subject& subject_;
  bpf_attr attr_;
  std::vector<WrongCall> calls_;
};

}  // namespace

const std::vector<MisuseCase>& misuse_cases() {
  static const std::vector<MisuseCase> cases = make_cases();
  return cases;
}

std::vector<WrongCall> wrong_calls(const MisuseCase& row, const Subject& subject) {
  return Spoiler(row, subject).all();
}

bool make_objects(Subject* subject) {
  const auto make = [&](int command, const std::function<void(bpf_attr*)>& fill) {
    bpf_attr attr;
    std::memset(&attr, 0, sizeof attr);
    fill(&attr);
    return static_cast<int>(subject->bpf(command, &attr, sizeof attr));
  };
  subject->hash = make(BPF_MAP_CREATE, [](bpf_attr* a) { fill_map(a, BPF_MAP_TYPE_HASH); });
  subject->array = make(BPF_MAP_CREATE, [](bpf_attr* a) { fill_map(a, BPF_MAP_TYPE_ARRAY); });
  subject->prog = make(BPF_PROG_LOAD, fill_program);
  const int filled = make(BPF_MAP_UPDATE_ELEM, [&](bpf_attr* a) { fill_element(*subject, a); });
  return subject->hash >= 0 && subject->array >= 0 && subject->prog >= 0 && filled == 0;
}

long make_call(const Subject& subject, const WrongCall& call) {
  const void* attr = call.bad_attr_pointer ? reinterpret_cast<const void*>(kBadPointer)
                                           : static_cast<const void*>(call.attr.data());
  return subject.bpf(call.command, attr, call.bytes);
}

}  // namespace host_test
