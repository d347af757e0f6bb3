// A live card through its port: registers, control messages of every type, time, packets meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/live_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bits.h"
#include "tests/nic/control_messages.h"

namespace {

namespace control = firmware::control;
using control::Status;
using control::Type;
using testing::ElementsAre;
using testing::IsEmpty;

class LiveCard : public testing::Test {
 protected:
  void SetUp() override { power_on("full"); }
  void power_on(const char* profile) {
    auto config = nic::load_config("agilio-cx-2x40");
    ASSERT_TRUE(config) << config.error().text();
    auto capability = firmware::find_profile(profile);
    ASSERT_TRUE(capability);
    auto card = nic::LiveCard::power_on(*config, *capability, 1);
    ASSERT_TRUE(card) << card.error().text();
    card_ = std::move(*card);
    slots_ = control::slots_of(*capability);
  }

  // The reply, empty when none came.
  std::vector<uint8_t> ask(const std::vector<uint8_t>& request) {
    EXPECT_TRUE(card_->post(request));
    card_->wait(card_->now_ps() + 1'000'000'000);
    const auto message = card_->receive();
    return message ? message->bytes : std::vector<uint8_t>();
  }
  harness::Reply ask_op(Type type, unsigned table, uint32_t key, uint64_t value = 0,
                        unsigned count = 1, unsigned flags = 0) {
    return harness::parse_reply(
        ask(harness::op_request(slots_, type, table, key, value, count, flags)), slots_);
  }
  unsigned make_table(unsigned type, unsigned entries, unsigned key = 4, unsigned value = 8) {
    const auto reply = ask(harness::alloc_request(type, key, value, entries));
    EXPECT_EQ(reply.size(), control::kTableReplyBytes);
    EXPECT_EQ(harness::word(reply, 4), 0u);
    return harness::word(reply, 8);
  }

  std::unique_ptr<nic::LiveCard> card_;
  control::Slots slots_;
};

TEST_F(LiveCard, SaysWhatItIsThroughItsRegisters) {
  EXPECT_EQ(card_->read(nic::bar::kCapabilities, 4), nic::bar::kControlBpf);
  EXPECT_EQ(card_->read(nic::bar::kBpfAbi, 1), 3u);
  EXPECT_EQ(card_->read(nic::bar::kBpfStart, 2), firmware::kProgramStart);
  EXPECT_EQ(card_->read(nic::bar::kBpfDone, 2), firmware::kDoneAddress);
  EXPECT_EQ(card_->read(nic::bar::kBpfInlineMtu, 1), 30u);
  EXPECT_EQ(card_->read(nic::bar::kBytes, 4), ~uint64_t{0});
  EXPECT_GT(card_->now_ps(), 5 * 500'000u) << "reads take time";
}

TEST_F(LiveCard, ServesEveryMapOperation) {
  const unsigned table = make_table(1, 16);
  EXPECT_EQ(table, 1u);
  EXPECT_EQ(ask_op(Type::kMapLookup, table, 5).status, Status::kNoEntry);
  EXPECT_EQ(ask_op(Type::kMapGetFirst, table, 0).status, Status::kNoEntry);
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 5, 0x1122334455667788).status, Status::kOk);
  const harness::Reply found = ask_op(Type::kMapLookup, table, 5);
  EXPECT_EQ(found.status, Status::kOk);
  EXPECT_THAT(found.values, ElementsAre(0x1122334455667788));
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 5, 1, 1, 1).status, Status::kExists);
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 6, 1, 1, 2).status, Status::kNoEntry);
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 6, 1, 1, 3).status, Status::kInvalid);
  EXPECT_EQ(ask_op(Type::kMapDelete, table, 5).status, Status::kOk);
  EXPECT_EQ(ask_op(Type::kMapDelete, table, 5).status, Status::kNoEntry);
  EXPECT_EQ(ask_op(Type::kMapLookup, 77, 5).status, Status::kBadTable);
  EXPECT_EQ(ask_op(Type::kMapLookup, 0x12345678, 5).status, Status::kBadTable);
}

TEST_F(LiveCard, WalksAHashMap) {
  const unsigned table = make_table(1, 300);
  for (uint32_t key = 0; key < 300; ++key) {
    ASSERT_EQ(ask_op(Type::kMapUpdate, table, key * 7, key).status, Status::kOk);
  }
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 1, 1).status, Status::kTooBig);
  for (const unsigned count : {1u, 4u, 13u}) {
    std::map<uint32_t, uint64_t> seen;
    harness::Reply reply = ask_op(Type::kMapGetFirst, table, 0, 0, count);
    while (!reply.keys.empty()) {
      for (size_t i = 0; i < reply.keys.size(); ++i) {
        EXPECT_TRUE(seen.emplace(reply.keys[i], reply.values[i]).second) << "met twice";
      }
      if (reply.status != Status::kOk) break;
      EXPECT_EQ(reply.keys.size(), count);
      reply = ask_op(Type::kMapGetNext, table, reply.keys.back(), 0, count);
    }
    EXPECT_EQ(reply.status, Status::kNoEntry);
    EXPECT_EQ(seen.size(), 300u);
    for (const auto& [key, value] : seen) EXPECT_EQ(value * 7, key);
  }
  const harness::Reply first = ask_op(Type::kMapGetFirst, table, 0);
  EXPECT_EQ(ask_op(Type::kMapGetNext, table, 1).keys, first.keys)
      << "behind a key that is not there";
}

TEST_F(LiveCard, WalksAnArray) {
  const unsigned table = make_table(2, 3);
  EXPECT_THAT(ask_op(Type::kMapGetFirst, table, 0, 0, 4).keys, ElementsAre(0, 1, 2));
  EXPECT_THAT(ask_op(Type::kMapGetNext, table, 1, 0, 1).keys, ElementsAre(2));
  EXPECT_EQ(ask_op(Type::kMapGetNext, table, 2).status, Status::kNoEntry);
  EXPECT_THAT(ask_op(Type::kMapGetNext, table, 9).keys, ElementsAre(0));
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 3, 1).status, Status::kTooBig);
  EXPECT_EQ(ask_op(Type::kMapDelete, table, 1).status, Status::kInvalid);
  EXPECT_THAT(ask_op(Type::kMapLookup, table, 2).values, ElementsAre(0));
}

TEST_F(LiveCard, ForgetsTablesThatWereFreed) {
  for (unsigned round = 0; round < 300; ++round) {
    const unsigned table = make_table(round % 2 + 1, 8);
    EXPECT_EQ(table, round % firmware::kMaxMaps + 1);
    EXPECT_EQ(ask_op(Type::kMapUpdate, table, 3, round).status, Status::kOk);
    const auto freed = ask(harness::free_request(table));
    EXPECT_EQ(harness::word(freed, 4), 0u);
    EXPECT_EQ(harness::word(freed, 8), round % 2 == 0 ? 1u : 8u);
    EXPECT_EQ(ask_op(Type::kMapLookup, table, 3).status, Status::kBadTable);
  }
  EXPECT_EQ(harness::word(ask(harness::free_request(1)), 4), 1u);
}

TEST_F(LiveCard, RefusesTablesThatItCannotMake) {
  EXPECT_EQ(harness::word(ask(harness::alloc_request(9, 4, 8, 8)), 4), 3u);
  EXPECT_EQ(harness::word(ask(harness::alloc_request(1, 60, 8, 8)), 4), 7u);
  EXPECT_EQ(harness::word(ask(harness::alloc_request(2, 4, 56, 30'000'000)), 4), 0u);
  EXPECT_EQ(harness::word(ask(harness::alloc_request(2, 4, 56, 30'000'000)), 4), 6u);
}

TEST_F(LiveCard, DropsWhatIsNoRequest) {
  EXPECT_THAT(ask({1, 1, 0}), IsEmpty());
  EXPECT_THAT(ask({0, 1, 0, 0, 0, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(ask({8, 1, 0, 0, 0, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(ask({3, 2, 0, 0, 0, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(ask({3, 255, 0, 0, 0, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(ask({0x83, 1, 0, 0, 0, 0, 0, 0}), IsEmpty()) << "a reply";
  EXPECT_THAT(ask({255, 1, 0, 0, 0, 0, 0, 0}), IsEmpty());
  EXPECT_THAT(ask({}), IsEmpty());
  EXPECT_FALSE(card_->post(std::vector<uint8_t>(control::kMtu + 1)));
  EXPECT_EQ(harness::word(ask({3, 1, 0, 9, 0, 0, 0, 1}), 4), 4u) << "too short for its type";
  EXPECT_EQ(harness::word(ask({1, 1, 0, 9, 0, 0, 0, 1}), 4), 4u);
  EXPECT_EQ(make_table(1, 4), 1u) << "and goes on";
}

// What is too short for its type gets a reply, at whatever length between the header and the type's; a rest is not looked at.
TEST_F(LiveCard, AnswersRequestsOfEveryLength) {
  const unsigned table = make_table(1, 4);
  const auto key = harness::op_request(slots_, Type::kMapUpdate, table, 5, 6);
  for (uint8_t type = 1; type <= 7; ++type) {
    const bool is_table = type <= 2, is_free = type == 2;
    const size_t enough = is_free    ? control::kFreeBytes
                          : is_table ? control::kAllocBytes
                                     : slots_.request_bytes();
    for (size_t bytes = 4; bytes < enough; ++bytes) {
      std::vector<uint8_t> message(key.begin(), key.begin() + static_cast<long>(bytes));
      message[0] = type;
      message[2] = type, message[3] = static_cast<uint8_t>(bytes);
      const auto reply = ask(message);
      ASSERT_EQ(reply.size(), is_table ? control::kTableReplyBytes : slots_.request_bytes());
      EXPECT_EQ(reply[0], type | control::kReply);
      EXPECT_EQ(reply[2], type) << "the tag";
      EXPECT_EQ(reply[3], bytes);
      EXPECT_EQ(harness::word(reply, 4), static_cast<uint32_t>(Status::kParse)) << bytes;
    }
  }
  auto longer = key;
  longer.resize(control::kMtu);
  EXPECT_EQ(harness::parse_reply(ask(longer), slots_).status, Status::kOk);
  EXPECT_THAT(ask_op(Type::kMapLookup, table, 5).values, ElementsAre(6));
}

TEST_F(LiveCard, RefusesChangesThatAMessageDoesNotHoldAsAWhole) {
  const unsigned table = make_table(1, 64), most = slots_.most_entries();
  ASSERT_EQ(most, 13u);
  const auto ask_entries = [&](Type type, size_t entries, uint32_t count, size_t cut = 0) {
    const harness::KeysAndValues list(entries, {{7, 0, 0, 0}, {1}});
    auto message = harness::entries_request(slots_, type, table, list, count);
    message.resize(message.size() - cut);
    return harness::parse_reply(ask(message), slots_);
  };
  for (const Type type : {Type::kMapUpdate, Type::kMapDelete}) {
    for (const uint32_t count : {3u, 13u, 14u, 0x10002u, 0x2492'4925u, ~0u}) {
      const harness::Reply reply = ask_entries(type, 2, count);
      EXPECT_EQ(reply.status, Status::kParse) << count;
      EXPECT_THAT(reply.keys, IsEmpty()) << count;
    }
    EXPECT_EQ(ask_entries(type, 2, 2, 1).status, Status::kParse) << "the last byte is missing";
    EXPECT_EQ(ask_entries(type, most, most + 1).status, Status::kParse);
    EXPECT_EQ(ask_entries(type, 0, 0).status, Status::kParse);
    EXPECT_EQ(ask_op(Type::kMapGetFirst, table, 0).status, Status::kNoEntry) << "nothing is done";
  }
  EXPECT_EQ(ask_entries(Type::kMapUpdate, 2, 0).keys.size(), 1u) << "0 is 1";
  EXPECT_EQ(ask_entries(Type::kMapUpdate, 3, 2).keys.size(), 2u) << "and a rest is not looked at";
  EXPECT_EQ(ask_entries(Type::kMapUpdate, most, most).keys.size(), most);
  const harness::Reply end = ask_entries(Type::kMapDelete, 2, 2);
  EXPECT_EQ(end.status, Status::kNoEntry) << "the second of two that are the same";
  EXPECT_EQ(end.keys.size(), 1u);
}

TEST_F(LiveCard, AnswersManyAtOnceAndRefusesMoreThanItsQueueHolds) {
  const unsigned table = make_table(1, 512);
  unsigned posted = 0;
  while (card_->post(harness::op_request(slots_, Type::kMapUpdate, table, posted, posted)))
    ++posted;
  EXPECT_EQ(posted, 256u);
  unsigned replies = 0;
  for (; replies < posted; ++replies) {
    card_->wait(card_->now_ps() + 1'000'000'000);
    if (!card_->receive()) break;
  }
  EXPECT_EQ(replies, posted);
  EXPECT_EQ(ask_op(Type::kMapLookup, table, 200).values.at(0), 200u);
}

TEST_F(LiveCard, HasLargerSlotsUnderAbi2) {
  power_on("public");
  EXPECT_EQ(slots_.request_bytes(), 144u);
  const unsigned table = make_table(1, 16, 8, 56);
  EXPECT_EQ(ask_op(Type::kMapUpdate, table, 5, 77).status, Status::kOk);
  EXPECT_THAT(ask_op(Type::kMapLookup, table, 5).values, ElementsAre(77));
  EXPECT_THAT(ask_op(Type::kMapGetFirst, table, 0).keys, ElementsAre(5));
}

nic::PacketSource packets(size_t count, uint64_t spacing_ps) {
  std::vector<nic::Frame> frames(count);
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].arrival_ps = i * spacing_ps;
    frames[i].bytes.assign(60, 7);
    frames[i].wire_bytes = 60;
  }
  return nic::from_frames(std::move(frames));
}

TEST_F(LiveCard, FinishesThePacketsThatItHas) {
  nic::PacketSource source = packets(1000, 50'000);
  ASSERT_TRUE(card_->attach(source, {}));
  card_->run_until(25'000'000);
  const nic::Report report = card_->finish();
  EXPECT_EQ(report.offered, 1000u);
  EXPECT_EQ(report.pass, 1000u);
  EXPECT_EQ(report.aborted, 0u);
  EXPECT_THAT(report.faults, IsEmpty());
}

TEST_F(LiveCard, PassesPacketsToTheHostWithoutAProgram) {
  card_->run_until(50'000'000);
  nic::PacketSource source = packets(5, 1'000'000);
  unsigned to_host = 0;
  card_->on_departure([&](const nic::Departure& packet) {
    to_host += packet.exit == nic::Exit::kHost;
    EXPECT_GE(packet.arrival_ps, 50'000'000u);
  });
  ASSERT_TRUE(card_->attach(source, {}));
  card_->run_until(card_->now_ps() + 100'000'000);
  EXPECT_EQ(to_host, 5u);
  EXPECT_EQ(card_->read(nic::bar::kAppCounters, 8), 5u);
  EXPECT_EQ(card_->read(nic::bar::kAppCounters + 8, 8), 300u);
}

}  // namespace
