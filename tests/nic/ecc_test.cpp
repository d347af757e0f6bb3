// ECC errors in the store of a running program and in the memory of a map: what is corrected, what stops, what mends it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "tests/nic/control_messages.h"
#include "tests/nic/live_program.h"

namespace nic {
namespace {

namespace control = firmware::control;
using control::Status;
using control::Type;
using testing::ContainsRegex;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint64_t kSpacingPs = 100'000;
constexpr unsigned kPackets = 400;

struct Left {
  uint64_t arrival_ps, departure_ps;
  uint32_t verdict;
  bool operator==(const Left&) const = default;
};

class Lab {
 public:
  explicit Lab(fpc::Engine engine) {
    auto made = LiveCard::power_on(harness::config("agilio-cx-2x40"),
                                   *firmware::find_profile("full"), 1, {engine});
    EXPECT_TRUE(made) << made.error().text();
    card = std::move(*made);
    card->on_departure([this](const Departure& packet) {
      left.push_back({packet.arrival_ps, packet.departure_ps, packet.verdict});
    });
    slots = control::slots_of(*firmware::find_profile("full"));
  }

  // Packets come from now on; the call returns when half of them have.
  void send(unsigned count = kPackets) {
    std::vector<Frame> frames = harness::frames_of_sizes(std::vector<uint32_t>(count, 60));
    for (size_t i = 0; i < frames.size(); ++i) frames[i].arrival_ps = i * kSpacingPs;
    sources_.push_back(from_frames(std::move(frames)));
    EXPECT_TRUE(card->attach(sources_.back(), {}));
    card->run_until(card->now_ps() + count / 2 * kSpacingPs);
  }
  void settle() { card->run_until(card->now_ps() + 1'000'000'000); }
  uint64_t dropped() const { return card->verdict_counts().drop.packets; }
  uint64_t aborted() const { return card->verdict_counts().aborted.packets; }

  harness::Reply ask(const harness::Bytes& request) {
    EXPECT_TRUE(card->post(request));
    card->wait(card->now_ps() + 1'000'000'000);
    const auto message = card->receive();
    was_answered = message.has_value();
    return was_answered ? harness::parse_reply(message->bytes, slots) : harness::Reply();
  }
  harness::Reply ask(Type type, unsigned table, uint32_t key, uint64_t value = 0) {
    return ask(harness::op_request(slots, type, table, key, value));
  }
  unsigned make_array() {
    EXPECT_TRUE(card->post(harness::alloc_request(2, 4, 8, 8)));
    card->wait(card->now_ps() + 1'000'000'000);
    return harness::word(card->receive()->bytes, 8);
  }

  std::unique_ptr<LiveCard> card;
  std::vector<Left> left;
  control::Slots slots;
  bool was_answered = false;

 private:
  std::list<PacketSource> sources_;
};

class Ecc : public testing::TestWithParam<fpc::Engine> {};
const auto kEngines = testing::Values(fpc::Engine::kInterpreter, fpc::Engine::kJit);
std::string name_of(const testing::TestParamInfo<fpc::Engine>& test) {
  return test.param == fpc::Engine::kJit ? "jit" : "interp";
}

// Traffic under a program whose first word gets so many wrong bits when half of the packets have come.
std::unique_ptr<Lab> run_spoiled(unsigned bits, fpc::Engine engine) {
  auto lab = std::make_unique<Lab>(engine);
  harness::load_program(*lab->card, "nop\nnop\n" + harness::verdict(harness::kDrop));
  lab->send();
  EXPECT_TRUE(lab->card->spoil_store(bits));
  EXPECT_EQ(lab->card->spoiled_store_bits(), bits);
  lab->settle();
  return lab;
}

TEST_P(Ecc, AWrongBitOfARunningProgramIsCorrectedAndCounted) {
  const auto good = run_spoiled(0, GetParam()), spoiled = run_spoiled(1, GetParam());
  EXPECT_EQ(good->card->corrected_store_words(), 0u);
  EXPECT_EQ(spoiled->card->corrected_store_words(), 1u);
  EXPECT_EQ(spoiled->left, good->left) << "to the picosecond";
  EXPECT_EQ(spoiled->dropped(), kPackets);
  EXPECT_THAT(spoiled->card->faults(), IsEmpty());
}

TEST_P(Ecc, TwoWrongBitsStopTheCoreThatHasThem) {
  const auto lab = run_spoiled(2, GetParam());
  EXPECT_GT(lab->aborted(), 0u);
  EXPECT_GT(lab->dropped(), kPackets / 2) << "other cores go on";
  EXPECT_EQ(lab->aborted() + lab->dropped(), kPackets);
  EXPECT_THAT(lab->card->faults(),
              Each(ContainsRegex(fmt::format(
                  "^fpc 0 context [0246]: uncorrectable ECC error at word {} .*, {} times",
                  firmware::kProgramStart, lab->aborted()))));
  EXPECT_EQ(lab->card->faults().size(), 1u);
  EXPECT_EQ(lab->card->corrected_store_words(), 0u);

  const uint64_t aborted = lab->aborted();
  harness::load_program(*lab->card, harness::verdict(harness::kDrop));
  EXPECT_EQ(lab->card->spoiled_store_bits(), 0u);
  lab->send();
  lab->settle();
  EXPECT_EQ(lab->aborted(), aborted) << "a program that is loaded is whole";
  EXPECT_EQ(lab->card->verdict_counts().drop.packets + aborted, 2 * kPackets);
}

TEST_P(Ecc, BitsOfTheStoreCanBeRighted) {
  const auto lab = run_spoiled(2, GetParam());
  const uint64_t aborted = lab->aborted();
  ASSERT_TRUE(lab->card->spoil_store(0));
  lab->send();
  lab->settle();
  EXPECT_EQ(lab->aborted(), aborted);
}

// Reads both words of the entry that the host looked up last, then drops.
std::string reading(const Lab& lab, const char* command) {
  const uint64_t address = *lab.card->control().last_read();
  return fmt::format(
             "immed[gprA_2, {:#x}, <<16]\nimmed[gprB_3, {:#x}]\nalu[gprA_2, gprA_2, OR, gprB_3]\n"
             "immed[gprB_2, {:#x}]\n{}\n",
             address >> 24, address >> 8 & 0xffff, address & 0xff, command) +
         harness::verdict(harness::kDrop);
}
constexpr const char* kRead = "mem[read32_swap, $xfer_0, gprA_2, <<8, gprB_2, 2], ctx_swap[sig1]";
constexpr const char* kAdd = "mem[add, $xfer_0, gprA_2, <<8, gprB_2, 1]";

// An array whose element 2, which is 77, has been looked up; a program that does `command` to it.
unsigned prepare(Lab& lab, const char* command) {
  const unsigned table = lab.make_array();
  EXPECT_EQ(lab.ask(Type::kMapUpdate, table, 2, 77).status, Status::kOk);
  EXPECT_EQ(lab.ask(Type::kMapLookup, table, 2).values.at(0), 77u);
  harness::load_program(*lab.card, reading(lab, command));
  return table;
}

std::unique_ptr<Lab> run_spoiled_map(unsigned bits, fpc::Engine engine,
                                     const char* command = kRead) {
  auto lab = std::make_unique<Lab>(engine);
  prepare(*lab, command);
  lab->send();
  EXPECT_TRUE(lab->card->spoil_map(bits));
  lab->settle();
  return lab;
}

TEST_P(Ecc, AWrongBitBehindAMapEntryIsCorrectedWrittenBackAndCountedOnce) {
  const auto good = run_spoiled_map(0, GetParam()), spoiled = run_spoiled_map(1, GetParam());
  EXPECT_EQ(spoiled->left, good->left);
  EXPECT_EQ(spoiled->card->spoiled_counts().corrected, 1u);
  EXPECT_EQ(spoiled->card->spoiled_map_bits(), 0u);
  EXPECT_EQ(spoiled->ask(Type::kMapLookup, 1, 2).values.at(0), 77u);
  EXPECT_THAT(spoiled->card->faults(), IsEmpty());
}

TEST_P(Ecc, TwoWrongBitsBehindAMapEntryStopWhoReadsIt) {
  const auto lab = run_spoiled_map(2, GetParam());
  EXPECT_GT(lab->aborted(), kPackets / 3);
  EXPECT_EQ(lab->aborted() + lab->dropped(), kPackets);
  EXPECT_EQ(lab->card->spoiled_counts().uncorrectable, lab->aborted());
  EXPECT_EQ(lab->card->spoiled_map_bits(), 2u);
  EXPECT_THAT(lab->card->faults(),
              Each(ContainsRegex(fmt::format("read32_swap.* uncorrectable ECC error of memory at "
                                             "{:#x}, {} times",
                                             *lab->card->control().last_read(), lab->aborted()))));
  EXPECT_EQ(lab->card->faults().size(), 1u);

  const uint64_t aborted = lab->aborted();
  EXPECT_EQ(lab->ask(Type::kMapUpdate, 1, 2, 78).status, Status::kOk) << "overwrites the word";
  lab->send();
  lab->settle();
  EXPECT_EQ(lab->aborted(), aborted);
  EXPECT_EQ(lab->ask(Type::kMapLookup, 1, 2).values.at(0), 78u);
}

// No reply is asked for, so no context learns of it; nothing is added.
TEST_P(Ecc, TwoWrongBitsSwallowWhatIsAdded) {
  const auto lab = run_spoiled_map(2, GetParam(), kAdd);
  EXPECT_EQ(lab->dropped(), kPackets);
  const uint64_t lost = lab->card->spoiled_counts().uncorrectable;
  EXPECT_GT(lost, kPackets / 3);
  EXPECT_THAT(lab->card->faults(), IsEmpty());
}

TEST_P(Ecc, TheControlCoreStartsAfreshAtTwoWrongBits) {
  Lab lab(GetParam());
  const unsigned table = prepare(lab, kRead);
  ASSERT_TRUE(lab.card->spoil_map(2));
  lab.ask(Type::kMapLookup, table, 2);
  EXPECT_FALSE(lab.was_answered);
  EXPECT_THAT(lab.card->faults(),
              testing::ElementsAre(testing::AllOf(
                  HasSubstr("fpc 50 "), HasSubstr("in the control core, whose messages are lost"),
                  HasSubstr("uncorrectable ECC error of memory at"))));
  EXPECT_EQ(lab.ask(Type::kMapLookup, table, 3).values.at(0), 0u) << "other entries are there";
  EXPECT_EQ(lab.ask(Type::kMapUpdate, table, 2, 5).status, Status::kOk);
  EXPECT_EQ(lab.ask(Type::kMapLookup, table, 2).values.at(0), 5u);
}

TEST_P(Ecc, ATableThatIsFreedTakesItsWrongBitsAlong) {
  Lab lab(GetParam());
  const unsigned table = prepare(lab, kRead);
  const uint64_t address = *lab.card->control().last_read();
  ASSERT_TRUE(lab.card->spoil_map(2));
  lab.ask(harness::free_request(table));
  const unsigned next = lab.make_array();
  EXPECT_EQ(lab.ask(Type::kMapLookup, next, 2).values.at(0), 0u);
  EXPECT_EQ(*lab.card->control().last_read(), address);
  EXPECT_THAT(lab.card->faults(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, Ecc, kEngines, name_of);

TEST(EccOnEveryEngine, IsTheSame) {
  for (const unsigned bits : {1u, 2u, 3u, 7u, 52u}) {
    const auto one = run_spoiled(bits, fpc::Engine::kInterpreter);
    const auto other = run_spoiled(bits, fpc::Engine::kJit);
    EXPECT_EQ(one->left, other->left) << bits;
    EXPECT_EQ(one->card->faults(), other->card->faults());
  }
  for (const unsigned bits : {1u, 2u}) {
    const auto one = run_spoiled_map(bits, fpc::Engine::kInterpreter);
    const auto other = run_spoiled_map(bits, fpc::Engine::kJit);
    EXPECT_EQ(one->left, other->left) << bits;
    EXPECT_EQ(one->card->faults(), other->card->faults());
  }
}

TEST(EccRequests, AreCheckedForWhatAWordHas) {
  Lab lab(fpc::Engine::kJit);
  EXPECT_EQ(lab.card->spoil_store(53).error().text(), "53 bits of a word, allowed are 0 to 52");
  EXPECT_EQ(lab.card->spoil_map(73).error().text(), "73 bits of a word, allowed are 0 to 72");
  EXPECT_EQ(lab.card->spoil_map(1).error().text(), "no entry of a map has been looked up yet");
  EXPECT_EQ(lab.card->spoiled_map_bits(), 0u);
}

}  // namespace
}  // namespace nic
