// Random control messages to maps of many shapes, under both ABIs: every reply and the contents at the end are a plain map's.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "base/rng.h"
#include "nic-model/live_card.h"
#include "tests/nic/control_messages.h"

namespace {

namespace control = firmware::control;
using control::Status;
using control::Type;
using firmware::kMapTypeArray;
using firmware::kMapTypeHash;
using harness::Bytes;

constexpr firmware::MapShape kShapes[] = {{kMapTypeHash, 1, 1, 5},    {kMapTypeHash, 4, 8, 64},
                                          {kMapTypeHash, 5, 3, 33},   {kMapTypeHash, 8, 56, 100},
                                          {kMapTypeHash, 13, 20, 40}, {kMapTypeHash, 56, 8, 24},
                                          {kMapTypeArray, 4, 4, 10},  {kMapTypeArray, 4, 56, 33}};
constexpr unsigned kOperations = 600, kWalks = 25;

struct Case {
  const char* profile;
  size_t shape;
};

class ControlMessages : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto config = nic::load_config("agilio-cx-2x40");
    ASSERT_TRUE(config) << config.error().text();
    auto capability = firmware::find_profile(GetParam().profile);
    ASSERT_TRUE(capability);
    auto card = nic::LiveCard::power_on(*config, *capability, 1);
    ASSERT_TRUE(card) << card.error().text();
    card_ = std::move(*card);
    slots_ = control::slots_of(*capability);
    const Bytes made = ask(harness::alloc_request(shape_.type, shape_.key_bytes, shape_.value_bytes,
                                                  shape_.max_entries));
    ASSERT_EQ(harness::word(made, 4), 0u);
    table_ = harness::word(made, 8);
    if (is_hash()) return;
    for (uint32_t i = 0; i < shape_.max_entries; ++i) model_[key(i)] = Bytes(shape_.value_bytes);
  }

  bool is_hash() const { return shape_.type == kMapTypeHash; }
  Bytes key(uint64_t number) const {
    Bytes bytes(shape_.key_bytes, static_cast<uint8_t>(is_hash() ? number * 37 : 0));
    for (size_t i = 0; i < std::min<size_t>(4, bytes.size()); ++i) {
      bytes[i] = static_cast<uint8_t>(number >> 8 * i);
    }
    return bytes;
  }
  Bytes random_value() {
    Bytes bytes(shape_.value_bytes);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng_.next());
    return bytes;
  }

  Bytes ask(const Bytes& request) {
    EXPECT_TRUE(card_->post(request));
    card_->wait(card_->now_ps() + 1'000'000'000);
    const auto message = card_->receive();
    return message ? message->bytes : Bytes();
  }
  harness::Entries ask_op(Type type, const Bytes& key, const Bytes& value, unsigned count,
                          unsigned flags) {
    return harness::parse_entries(
        ask(harness::entry_request(slots_, type, table_, key, value, count, flags)), slots_,
        shape_.key_bytes, shape_.value_bytes);
  }

  // What a plain map answers; takes part in the model.
  Status update_model(const Bytes& key, const Bytes& value, unsigned flags) {
    const bool is_there = model_.contains(key);
    if (flags > 2) return Status::kInvalid;
    if (!is_hash() && !is_there) return Status::kTooBig;
    if (is_there && flags == 1) return Status::kExists;
    if (!is_there && flags == 2) return Status::kNoEntry;
    if (!is_there && model_.size() == shape_.max_entries) return Status::kTooBig;
    model_[key] = value;
    return Status::kOk;
  }
  Status remove_from_model(const Bytes& key) {
    if (!is_hash()) return Status::kInvalid;
    return model_.erase(key) == 1 ? Status::kOk : Status::kNoEntry;
  }

  // Several entries with one message, keys twice among them: what is done ends at the first error.
  void change_many(Type type) {
    harness::KeysAndValues entries;
    const auto flags = static_cast<unsigned>(rng_.below(8) == 0 ? 1 + rng_.below(3) : 0);
    for (uint64_t left = 1 + rng_.below(slots_.most_entries()); left != 0; --left) {
      entries.emplace_back(key(rng_.below(shape_.max_entries + 1)), random_value());
    }
    const auto count = static_cast<uint32_t>(entries.size());
    const harness::Entries reply = harness::parse_entries(
        ask(harness::entries_request(slots_, type, table_, entries, count, flags)), slots_,
        shape_.key_bytes, shape_.value_bytes);
    Status expected = Status::kOk;
    size_t done = 0;
    for (; done < count; ++done) {
      const auto& [at, value] = entries[done];
      expected = type == Type::kMapUpdate ? update_model(at, value, flags) : remove_from_model(at);
      if (expected != Status::kOk) break;
    }
    ASSERT_EQ(reply.status, expected);
    ASSERT_EQ(reply.list.size(), done);
  }

  void operate() {
    const Bytes at = key(rng_.below(shape_.max_entries + 3));
    switch (rng_.below(6)) {
      case 0: {
        const Bytes value = random_value();
        const auto flags = static_cast<unsigned>(rng_.below(4));
        const Status expected = update_model(at, value, flags);
        ASSERT_EQ(ask_op(Type::kMapUpdate, at, value, 1, flags).status, expected) << flags;
        return;
      }
      case 1:
        ASSERT_EQ(ask_op(Type::kMapDelete, at, {}, 1, 0).status, remove_from_model(at));
        return;
      case 2:
        return change_many(Type::kMapUpdate);
      case 3:
        return change_many(Type::kMapDelete);
      default: {
        const harness::Entries found = ask_op(Type::kMapLookup, at, {}, 1, 0);
        const auto expected = model_.find(at);
        ASSERT_EQ(found.status, expected == model_.end() ? Status::kNoEntry : Status::kOk);
        if (expected != model_.end()) {
          ASSERT_EQ(found.list.at(0).second, expected->second);
        }
      }
    }
  }

  // From the first entry to the end, `count` a message.
  void walk(unsigned count) {
    std::map<Bytes, Bytes> met;
    const unsigned most = std::min(std::max(count, 1u), slots_.most_entries());
    harness::Entries reply = ask_op(Type::kMapGetFirst, {}, {}, count, 0);
    for (; reply.status == Status::kOk;) {
      ASSERT_EQ(reply.list.size(), most);
      for (const auto& entry : reply.list) ASSERT_TRUE(met.insert(entry).second) << "met twice";
      reply = ask_op(Type::kMapGetNext, reply.list.back().first, {}, count, 0);
    }
    ASSERT_EQ(reply.status, Status::kNoEntry);
    ASSERT_LT(reply.list.size(), most);
    for (const auto& entry : reply.list) ASSERT_TRUE(met.insert(entry).second) << "met twice";
    ASSERT_EQ(met, model_);
  }

  const firmware::MapShape shape_ = kShapes[GetParam().shape];
  std::unique_ptr<nic::LiveCard> card_;
  control::Slots slots_;
  unsigned table_ = 0;
  std::map<Bytes, Bytes> model_;
  base::Rng rng_{GetParam().shape + 1};
};

TEST_P(ControlMessages, AnswerLikeAPlainMap) {
  for (unsigned i = 0; i < kOperations; ++i) {
    ASSERT_NO_FATAL_FAILURE(operate()) << "operation " << i;
    if (i % (kOperations / kWalks) != 0) continue;
    ASSERT_NO_FATAL_FAILURE(walk(static_cast<unsigned>(rng_.below(20)))) << "operation " << i;
  }
  const Bytes freed = ask(harness::free_request(table_));
  EXPECT_EQ(harness::word(freed, 4), 0u);
  EXPECT_EQ(harness::word(freed, 8), model_.size());
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const char* profile : {"public", "full"}) {
    for (size_t shape = 0; shape < std::size(kShapes); ++shape) cases.push_back({profile, shape});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shapes, ControlMessages, testing::ValuesIn(all_cases()),
                         [](const auto& tested) {
                           const firmware::MapShape& shape = kShapes[tested.param.shape];
                           return std::string(tested.param.profile) +
                                  (shape.type == kMapTypeHash ? "Hash" : "Array") +
                                  std::to_string(shape.key_bytes) + "To" +
                                  std::to_string(shape.value_bytes);
                         });

}  // namespace
