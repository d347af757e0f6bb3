// libbpf against our bpf(2): its probes, its loading of every example, BTF included.
// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "offload-compiler/ebpf/syscall_capture.h"
#include "tests/host-driver/lab.h"

namespace host_test {
namespace {

// What the child of a test tells of its libbpf.
enum ChildExit { kLoaded = 0, kNotOpened = 10, kNotLoaded = 11, kObjectsMissing = 12 };

constexpr int kFirstFd = 1 << 20;  // libbpf closes its descriptors: no file has these

long answer(void* self, int command, const void* attr, size_t bytes) {
  return static_cast<host::LocalProcess*>(self)->bpf(
      command, static_cast<bpf_attr*>(const_cast<void*>(attr)), static_cast<uint32_t>(bytes));
}

int load_in_child(const std::string& path, bool on_device) {
  Lab lab;
  Device& asic = lab.add_asic();
  host::LocalProcess process(lab.system.bpf, lab.pins, Lab::kRoot, kFirstFd);
  ebpf::capture_bpf_calls(answer, &process);
  bpf_object* object = bpf_object__open_file(path.c_str(), nullptr);
  if (object == nullptr) return kNotOpened;
  bpf_program* program = nullptr;
  while ((program = bpf_object__next_program(object, program)) != nullptr) {
    if (on_device) bpf_program__set_ifindex(program, static_cast<uint32_t>(lab.ifindex(asic)));
  }
  if (bpf_object__load(object) != 0) return kNotLoaded;
  while ((program = bpf_object__next_program(object, program)) != nullptr) {
    const host::ObjectRef loaded = process.object(bpf_program__fd(program));
    const auto* prog = std::get_if<host::ProgRef>(&loaded);
    if (prog == nullptr || !(*prog)->aux->btf || (*prog)->program.lines.empty())
      return kObjectsMissing;
    if (bpf_prog_is_dev_bound((*prog)->aux.get()) != on_device) return kObjectsMissing;
  }
  return kLoaded;
}

int exit_of_load(const std::string& path, bool on_device) {
  const pid_t child = fork();
  if (child == 0) _exit(load_in_child(path, on_device));
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Libbpf, LoadsEveryExampleForTheHost) {
  unsigned loaded = 0;
  for (const auto& file : std::filesystem::directory_iterator(MILLRACE_BINARY_DIR "/examples")) {
    if (file.path().extension() != ".o") continue;
    EXPECT_EQ(exit_of_load(file.path(), false), kLoaded) << file.path();
    ++loaded;
  }
  EXPECT_GE(loaded, 15u);
}

TEST(Libbpf, LoadsAProgramForADevice) {
  EXPECT_EQ(exit_of_load(MILLRACE_BINARY_DIR "/examples/drop.bpf.o", true), kLoaded);
}

class BtfLoad : public testing::Test {
 protected:
  BtfLoad() : types_(btf__new_empty()) {
    const int number = btf__add_int(types_, "unsigned int", 4, 0);
    const int structure = btf__add_struct(types_, "entry", 8);
    static_cast<void>(structure);
    btf__add_field(types_, "packets", number, 0, 0);
    btf__add_field(types_, "bytes", number, 32, 0);
  }
  ~BtfLoad() override { btf__free(types_); }

  std::vector<uint8_t> blob() const {
    uint32_t bytes = 0;
    const auto* data = static_cast<const uint8_t*>(btf__raw_data(types_, &bytes));
    return {data, data + bytes};
  }
  long load(const std::vector<uint8_t>& data) {
    bpf_attr attr = empty_attr();
    attr.btf = address_of(data.data());
    attr.btf_size = static_cast<uint32_t>(data.size());
    return lab.process.bpf(BPF_BTF_LOAD, &attr);
  }
  long make_map(long types, uint32_t key_type, uint32_t value_type, uint32_t value_bytes) {
    bpf_attr attr = empty_attr();
    attr.map_type = BPF_MAP_TYPE_HASH;
    attr.key_size = 4;
    attr.value_size = value_bytes;
    attr.max_entries = 2;
    attr.btf_fd = static_cast<uint32_t>(types);
    attr.btf_key_type_id = key_type;
    attr.btf_value_type_id = value_type;
    return lab.process.bpf(BPF_MAP_CREATE, &attr);
  }

  ::btf* types_;
  Lab lab;
};

TEST_F(BtfLoad, DescribesAMap) {
  const long types = load(blob());
  ASSERT_GE(types, 0);
  EXPECT_GE(make_map(types, 1, 2, 8), 0);
  EXPECT_EQ(make_map(types, 1, 2, 16), -EINVAL);
  EXPECT_EQ(make_map(types, 9, 2, 8), -EINVAL);
}

// Every byte of the blob is spoilt in turn: refused or harmless, and never a crash.
TEST_F(BtfLoad, SurvivesBrokenBlobs) {
  const std::vector<uint8_t> good = blob();
  unsigned refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xff}) {
      std::vector<uint8_t> bad = good;
      bad[at] = static_cast<uint8_t>(bad[at] ^ bits);
      const long types = load(bad);
      refused += types == -EINVAL;
      if (types >= 0) static_cast<void>(make_map(types, 1, 2, 8));
      lab.process.close_all();
    }
  }
  EXPECT_GT(refused, good.size() / 2);
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_EQ(load({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(bytes)}), -EINVAL);
  }
}

}  // namespace
}  // namespace host_test
