// The words of the kernel's JIT and our own for the same programs, run by the firmware on a core, against the reference
// interpreter and the running kernel: verdict, packet bytes and map contents of 5,000 packets each.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/bits.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/firmware/harness.h"
#include "tests/support/kernel_oracle.h"
#include "tests/support/packet_gen.h"

namespace {

namespace fs = std::filesystem;
using test_support::Bytes;
using test_support::Entries;

constexpr unsigned kPackets = 5000;

// What of a program cannot be compared, and why.
struct Exception {
  enum Part : unsigned { kNothing = 0, kAll = 1, kRunningKernel = 2, kTheirImage = 4 };
  unsigned left_out = kNothing;
  const char* reason = "";
  size_t min_packet_bytes = 0;
  bool (*skips)(const Bytes& packet) = nullptr;
  const char* profile = "full";
};

// misc.alu64 shifts x left by y >> 3 & 63, y being the third word of the packet.
bool shifts_by_zero(const Bytes& packet) {
  return packet.size() >= 24 && (base::load_le<uint64_t>(&packet[16]) >> 3 & 63) == 0;
}

const std::map<std::string, Exception> kExceptions = {
    {"basic.rnd",
     {Exception::kAll, "random numbers of card, interpreter and kernel differ by nature"}},
    {"misc.perf", {Exception::kAll, "perf events need user space behind the card"}},
    {"basic.queue",
     {Exception::kRunningKernel,
      "the kernel allows writing rx_queue_index to offloaded programs alone"}},
    {"basic.adj_head_pop",
     {Exception::kNothing,
      "the fast path has no run-time check, it relies on frames of 60 bytes (nfp-jit-support 3.1)",
      60}},
    {"basic.adj_head_var",
     {Exception::kTheirImage,
      "off_max 256 of its capability record does not fit the 8-bit immediate, so that every "
      "checked adjust_head fails; ours is "
      "compiled for a window that fits",
      0, nullptr, "public"}},
    {"misc.alu64",
     {Exception::kNothing, "defect B2: 64-bit left shift by a run-time count of 0", 0,
      shifts_by_zero}},
};

// The running kernel refuses to test-run a classifier on frames without a whole network header.
constexpr size_t kMinClassifierBytes = 54;

std::string vectors() { return std::string(MILLRACE_TEST_DATA) + "/kernel-jit/"; }

std::vector<std::string> program_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(vectors())) {
    if (entry.path().extension() == ".rel") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The result word that firmware must see for a program's return value (nfp-fw-abi 2.1, 2.2).
uint32_t expected_result(ebpf::ProgType type, uint32_t r0) {
  static constexpr uint8_t kXdp[] = {0x82, 0x22, 0x11, 0x44};
  static constexpr uint8_t kCls[] = {0x11, 0x11, 0x22, 0x11, 0x02, 0x02, 0x11, 0x44};
  if (type == ebpf::ProgType::kXdp)
    return uint32_t{r0 < std::size(kXdp) ? kXdp[r0] : kXdp[0]} << 16;
  return uint32_t{r0 < std::size(kCls) ? kCls[r0] : 0x11u} << 16;
}

// A store on a memory of its own, fed one packet at a time.
struct Card {
  firmware::LinkedStore store;
  std::unique_ptr<fpc::ByteStore> memory = std::make_unique<fpc::ByteStore>();
  std::unique_ptr<firmware::MapTable> maps = std::make_unique<firmware::MapTable>(*memory);

  Card(firmware::LinkedStore linked, const ebpf::Program& program) : store(std::move(linked)) {
    for (const ebpf::MapDef& def : program.maps) {
      EXPECT_TRUE(maps->create({def.type, def.key_bytes, def.value_bytes, def.max_entries}));
    }
  }

  Entries contents(unsigned map, const std::vector<firmware::WordUse>& use) const {
    Entries entries;
    maps->for_each(map + 1, [&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
      Bytes bytes(value.begin(), value.end());
      for (size_t word = 0; word < use.size() && word * 4 + 4 <= bytes.size(); ++word) {
        if (use[word] == firmware::WordUse::kAtomic)
          base::store_be(&bytes[word * 4], base::load_le<uint32_t>(&bytes[word * 4]));
      }
      entries[Bytes(key.begin(), key.end())] = bytes;
    });
    return entries;
  }
};

firmware::Layout vector_layout() {
  return {0,
          0x1f00,
          0x1000,
          {{firmware::kHelperMapLookup, 0x1e00},
           {firmware::kHelperMapUpdate, 0x1e10},
           {firmware::kHelperMapDelete, 0x1e20},
           {firmware::kHelperPerfEvent, 0x1e30}}};
}

class Differential : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto found = kExceptions.find(GetParam());
    if (found != kExceptions.end()) exception_ = found->second;
    if (exception_.left_out & Exception::kAll) GTEST_SKIP() << exception_.reason;
    auto program = ebpf::program_from_text(read_file(vectors() + GetParam() + ".bpf"), GetParam());
    ASSERT_TRUE(program) << program.error().text();
    program_ = std::move(*program);
    compile();
    make_oracles();
    make_packets();
  }

  void compile() {
    const auto target = offload::parse_target(std::string("nfp/") + exception_.profile);
    ASSERT_TRUE(target);
    auto image = offload::compile(program_, *target);
    ASSERT_TRUE(image) << image.error().text();
    image_ = std::move(*image);
  }

  void make_oracles() {
    for (const ebpf::MapDef& def : program_.maps)
      maps_.emplace_back(std::move(*ebpf::Map::create(def)));
    auto interpreter = ebpf::Interpreter::create(program_, maps_);
    ASSERT_TRUE(interpreter) << interpreter.error().text();
    reference_.emplace(std::move(*interpreter));
    const test_support::KernelAvailability availability = test_support::kernel_availability();
    if (exception_.left_out & Exception::kRunningKernel) return;
    if (!availability.usable) {
      ASSERT_FALSE(availability.must_fail) << availability.reason;
      std::printf("the kernel was not asked: %s\n", availability.reason.c_str());
      return;
    }
    auto kernel = test_support::KernelOracle::load(program_);
    ASSERT_TRUE(kernel) << kernel.error().text();
    kernel_.emplace(std::move(*kernel));
  }

  void make_packets() {
    uint64_t seed = 0;
    for (const char c : GetParam()) seed = seed * 131 + static_cast<uint8_t>(c);
    test_support::PacketGenerator generator(seed);
    size_t least = exception_.min_packet_bytes;
    if (program_.type == ebpf::ProgType::kSchedCls) least = kMinClassifierBytes;
    while (packets_.size() < kPackets) {
      Bytes packet = generator.next();
      const bool skipped = exception_.skips && exception_.skips(packet);
      if (packet.size() >= least && !skipped) packets_.push_back(std::move(packet));
    }
  }

  // Runs all packets on `store`, and compares with what reference and kernel have said.
  void check(firmware::LinkedStore store, const char* whose) {
    Card card(std::move(store), program_);
    std::vector<harness::Packet> packets;
    for (const Bytes& bytes : packets_) packets.push_back({bytes});
    harness::Options one_context;
    one_context.slots = 1;
    const harness::Run run = harness::run_program(card.store, *card.memory, packets, one_context);
    ASSERT_EQ(run.trouble, "") << whose;
    ASSERT_EQ(run.retired.size(), packets_.size());
    for (size_t i = 0; i < packets_.size(); ++i) {
      ASSERT_EQ(run.retired[i].verdict, expected_result(program_.type, outcomes_[i].verdict))
          << whose << ", packet " << i << ", R0 = " << outcomes_[i].verdict;
      ASSERT_EQ(run.retired[i].bytes, outcomes_[i].packet) << whose << ", packet " << i;
      if (outcomes_[i].queue_chosen) {
        ASSERT_EQ(run.retired[i].queue & 0xff, outcomes_[i].rx_queue) << whose << ", packet " << i;
      }
    }
    for (unsigned map = 0; map < maps_.size(); ++map) {
      EXPECT_EQ(card.contents(map, image_.maps[map].word_use), reference_contents(map))
          << whose << ", map " << program_.maps[map].name;
    }
  }

  Entries reference_contents(unsigned map) const {
    Entries entries;
    maps_[map]->for_each([&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
      entries[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
    });
    return entries;
  }

  void run_oracles() {
    for (size_t i = 0; i < packets_.size(); ++i) {
      auto outcome = reference_->run(packets_[i]);
      ASSERT_TRUE(outcome) << outcome.error().text();
      if (kernel_) {
        const auto answer = kernel_->run(packets_[i]);
        ASSERT_TRUE(answer) << answer.error().text();
        ASSERT_EQ(outcome->verdict, answer->verdict) << "reference against kernel, packet " << i;
        ASSERT_EQ(outcome->packet, answer->packet) << "reference against kernel, packet " << i;
      }
      outcomes_.push_back(std::move(*outcome));
    }
    if (!kernel_) return;
    for (unsigned map = 0; map < maps_.size(); ++map) {
      EXPECT_EQ(reference_contents(map), kernel_->dump(map))
          << "reference against kernel, map " << program_.maps[map].name;
    }
  }

  Exception exception_;
  ebpf::Program program_;
  firmware::Image image_;
  std::vector<std::shared_ptr<ebpf::Map>> maps_;
  std::optional<ebpf::Interpreter> reference_;
  std::optional<test_support::KernelOracle> kernel_;
  std::vector<Bytes> packets_;
  std::vector<ebpf::Outcome> outcomes_;
};

TEST_P(Differential, ImagesOracleAndKernelAgree) {
  ASSERT_NO_FATAL_FAILURE(run_oracles());
  if (!(exception_.left_out & Exception::kTheirImage)) {
    const auto words =
        firmware::words_from_text(read_file(vectors() + GetParam() + ".rel"), GetParam());
    ASSERT_TRUE(words) << words.error().text();
    auto theirs = firmware::link_relocated(*words, vector_layout());
    ASSERT_TRUE(theirs) << theirs.error().text();
    check(std::move(*theirs), "the kernel's image");
  }
  auto ours = firmware::link(image_);
  ASSERT_TRUE(ours) << ours.error().text();
  check(std::move(*ours), "our image");
}

INSTANTIATE_TEST_SUITE_P(KernelJit, Differential, testing::ValuesIn(program_names()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
