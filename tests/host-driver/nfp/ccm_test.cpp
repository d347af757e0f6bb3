// Control messages that get lost, come late, twice, cut short or under a wrong tag; malformed capabilities.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cerrno>

#include "base/bits.h"
#include "tests/host-driver/nfp/driver_harness.h"

namespace {

using harness::Bytes;
using harness::bytes_of;
using harness::Driver;
using host::nfp::Map;
using testing::Contains;
using testing::HasSubstr;

class NfpCcm : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(driver_.alloc({1, 4, 8, 64, 0}, map_), 0);
    ASSERT_EQ(update(), 0);
  }
  int update() { return driver_.maps().update(*map_, bytes_of(1u), bytes_of(uint64_t{5}), 0); }
  int lookup() {
    Bytes value(8);
    return driver_.maps().lookup(*map_, bytes_of(1u), value);
  }
  const host::nfp::Ccm::Counters& counters() { return driver_.device->ccm().counters(); }

  Driver driver_;
  std::unique_ptr<Map> map_;
};

TEST_F(NfpCcm, GivesUpAfterFiveSecondsAndGoesOn) {
  driver_.faults().lose = 1;
  const uint64_t before = driver_.port->now_ps();
  EXPECT_EQ(lookup(), -ETIMEDOUT);
  const uint64_t waited = driver_.port->now_ps() - before;
  EXPECT_GE(waited, 5'000'000'000'000u);
  EXPECT_LT(waited, 5'100'000'000'000u);
  EXPECT_EQ(driver_.last_log(), "timeout waiting for response to 0x03");
  EXPECT_EQ(counters().timeouts, 1u);
  EXPECT_EQ(driver_.device->ccm().in_flight(), 0u);
  EXPECT_EQ(lookup(), 0);
}

TEST_F(NfpCcm, WaitsForAReplyThatIsLate) {
  driver_.faults().late = 1;
  driver_.faults().late_ps = 40'000'000'000;
  const uint64_t before = driver_.port->now_ps();
  EXPECT_EQ(lookup(), 0);
  EXPECT_GE(driver_.port->now_ps() - before, 40'000'000'000u);
}

TEST_F(NfpCcm, DropsAReplyThatComesAfterTheTimeOut) {
  driver_.faults().late = 1;
  driver_.faults().late_ps = 6'000'000'000'000;
  EXPECT_EQ(lookup(), -ETIMEDOUT);
  driver_.port->run_until(driver_.port->now_ps() + 2'000'000'000'000);
  EXPECT_EQ(lookup(), 0);
  EXPECT_EQ(counters().unknown_tag, 1u);
  EXPECT_THAT(driver_.log, Contains(HasSubstr("no one is waiting for tag")));
}

TEST_F(NfpCcm, DropsTheSecondOfTwoReplies) {
  driver_.faults().duplicate = 1;
  EXPECT_EQ(lookup(), 0);
  EXPECT_EQ(lookup(), 0);
  EXPECT_EQ(counters().unknown_tag, 1u);
}

TEST_F(NfpCcm, DropsWhatIsTooShortAndRefusesWhatIsCutShort) {
  driver_.faults().truncate = 1;
  driver_.faults().truncate_to = 7;
  EXPECT_EQ(lookup(), -ETIMEDOUT);
  EXPECT_THAT(driver_.log, Contains("cmsg drop - too short 7!"));
  for (const size_t bytes : {8, 15, 16, 100}) {
    driver_.faults().truncate = 1;
    driver_.faults().truncate_to = bytes;
    EXPECT_EQ(lookup(), -EIO) << bytes;
  }
  driver_.faults().truncate = 1;
  driver_.faults().truncate_to = 11;
  std::unique_ptr<Map> other;
  EXPECT_EQ(driver_.alloc({1, 4, 8, 64, 0}, other), -EIO);
  EXPECT_THAT(driver_.last_log(), HasSubstr("wrong size 11 != 12!"));
  EXPECT_EQ(lookup(), 0);
}

TEST_F(NfpCcm, DropsATagThatNobodyWaitsFor) {
  driver_.faults().wrong_tag = 1;
  EXPECT_EQ(lookup(), -ETIMEDOUT);
  EXPECT_EQ(counters().unknown_tag, 1u);
}

TEST_F(NfpCcm, DropsAReplyThatComesThroughAQueueOfPackets) {
  driver_.faults().wrong_queue = 1;
  EXPECT_EQ(lookup(), -ETIMEDOUT);
  EXPECT_EQ(counters().not_control, 1u);
  EXPECT_THAT(driver_.log, Contains("cmsg drop - msg type 131 with raw buffer!"));
}

TEST_F(NfpCcm, RefusesRepliesThatSayWhatCannotBe) {
  driver_.faults().wrong_type = 1;
  EXPECT_EQ(lookup(), -EIO);
  EXPECT_EQ(driver_.last_log(), "cmsg drop - wrong type 0x93 != 0x83!");
  EXPECT_EQ(counters().bad_reply, 1u);
  driver_.faults().wrong_status = 1;
  std::unique_ptr<Map> other;
  EXPECT_EQ(driver_.alloc({1, 4, 8, 64, 0}, other), -EIO);
  EXPECT_EQ(driver_.last_log(), "FW responded with invalid status: 64");
  driver_.faults().wrong_status = 1;
  EXPECT_EQ(lookup(), -EIO);
  EXPECT_THAT(driver_.last_log(), HasSubstr("of 128 bytes does not hold 2 entries!"))
      << "an error takes a place";
  driver_.faults().wrong_count = 1;
  EXPECT_EQ(lookup(), -EIO);
  EXPECT_THAT(driver_.last_log(), HasSubstr("of 128 bytes does not hold 65 entries!"));
  driver_.faults().wrong_count = 1;
  EXPECT_EQ(update(), -EIO);
  EXPECT_EQ(counters().bad_reply, 4u) << "all but the status, which is an answer";
  EXPECT_EQ(lookup(), 0);
  EXPECT_EQ(driver_.device->ccm().in_flight(), 0u);
}

// The card read neither, or did what the first said.
TEST_F(NfpCcm, LosesRequestsAndReplies) {
  const auto value = [&] {
    Bytes bytes(8);
    EXPECT_EQ(driver_.maps().lookup(*map_, bytes_of(1u), bytes), 0);
    return base::load_le<uint64_t>(bytes.data());
  };
  const auto put = [&](uint64_t number) {
    return driver_.maps().update(*map_, bytes_of(1u), bytes_of(number), 0);
  };
  driver_.faults().lose_request = 1;
  EXPECT_EQ(put(6), -ETIMEDOUT);
  EXPECT_EQ(value(), 5u);
  driver_.faults().lose = 1;
  EXPECT_EQ(put(7), -ETIMEDOUT);
  EXPECT_EQ(value(), 7u) << "the card had done it";
  EXPECT_EQ(counters().timeouts, 2u);
}

TEST_F(NfpCcm, EndsABatchAtTheMessageThatIsLost) {
  harness::Batch batch;
  for (uint32_t key = 0; key < 39; ++key) batch.add(key, 0);
  size_t done = 0;
  driver_.faults().wrong_count = 1;
  EXPECT_EQ(driver_.maps().update_batch(*map_, batch.views(), 0, done), -EIO);
  EXPECT_LT(done, 39u);
  EXPECT_EQ(done % 13, 0u) << "any of the three replies is the first";
  driver_.faults().lose_request = 1;
  EXPECT_EQ(driver_.maps().update_batch(*map_, batch.views(), 0, done), -ETIMEDOUT);
  EXPECT_EQ(done, 0u);
  EXPECT_EQ(driver_.device->ccm().in_flight(), 0u);
  EXPECT_EQ(driver_.maps().update_batch(*map_, batch.views(), 0, done), 0);
  EXPECT_EQ(done, 39u);
}

TEST_F(NfpCcm, HasNoMoreThan16383TagsBehindTheOldest) {
  driver_.faults().lose = ~0u;
  host::nfp::Ccm& ccm = driver_.device->ccm();
  const Bytes request(firmware::control::kFreeBytes);
  int tag = 0;
  unsigned busy = 0;  // a message that the queue refuses takes a tag and leaves a gap
  for (unsigned sent = 0; sent < 20'000; ++sent) {
    while ((tag = ccm.send(request, firmware::control::Type::kMapFree)) == -EBUSY) {
      ++busy;
      driver_.port->run_until(driver_.port->now_ps() + 1'000'000'000);
      ccm.take_messages();
    }
    if (tag < 0) break;
  }
  EXPECT_EQ(tag, -EAGAIN);
  EXPECT_EQ(ccm.in_flight() + busy, 16384u) << "a span of 16383 from the oldest to the next";
  EXPECT_EQ(driver_.last_log(), "all FW request contexts busy!");
}

TEST_F(NfpCcm, LeaksAMapThatTheCardDoesNotGiveBack) {
  driver_.faults().lose = 1;
  driver_.maps().free(std::move(map_));
  EXPECT_EQ(driver_.last_log(), "leaking map - I/O error 110");
  EXPECT_EQ(driver_.maps().maps_in_use(), 0u);
}

Bytes record(uint32_t type, std::vector<uint32_t> words, uint32_t length) {
  Bytes bytes(8 + 4 * words.size());
  base::store_le(&bytes[0], type);
  base::store_le(&bytes[4], length);
  for (size_t i = 0; i < words.size(); ++i) base::store_le(&bytes[8 + 4 * i], words[i]);
  return bytes;
}

// What parsing says: the error, or the last line of the log.
std::string parse(const Bytes& bytes) {
  std::string said;
  const auto caps =
      host::nfp::parse_capabilities(bytes, [&](const std::string& line) { said = line; });
  return caps ? said : caps.error().message + (said.empty() ? "" : "; " + said);
}

TEST(NfpCapabilities, AreRefusedInTheDriversWordsWhenMalformed) {
  EXPECT_EQ(parse({}), "");
  EXPECT_EQ(parse({1, 2, 3}), "BPF capabilities left after parsing, parsed:0 total length:3");
  EXPECT_EQ(parse(record(4, {}, 4)), "invalid BPF capabilities at offset:0");
  EXPECT_THAT(parse(record(1, {1}, 4)), HasSubstr("truncated function TLV: 4"));
  EXPECT_THAT(parse(record(2, {1}, 4)), HasSubstr("truncated adjust_head TLV: 4"));
  EXPECT_THAT(parse(record(3, {1}, 4)), HasSubstr("truncated maps TLV: 4"));
  EXPECT_THAT(parse(record(7, {}, 0)), HasSubstr("truncated ABI version TLV: 0"));
  EXPECT_THAT(parse(record(2, {1, 9, 8, 0, 0}, 20)),
              HasSubstr("invalid adjust_head TLV: min > max"));
  EXPECT_THAT(parse(record(2, {1, 9, 256, 0, 0}, 20)), HasSubstr("disabling adjust_head"));
  EXPECT_EQ(parse(record(7, {4}, 4)), "unsupported BPF ABI version: 4");
  EXPECT_EQ(parse(record(77, {}, 0)), "unknown BPF capability: 77");
}

TEST(NfpCapabilities, AreWhatTheCardOffers) {
  for (const std::string_view name : firmware::profile_names()) {
    Driver driver(std::string(name).c_str());
    const firmware::Capability is = *firmware::find_profile(name);
    const firmware::Capability& found = driver.device->capabilities().offered;
    EXPECT_EQ(found.abi, is.abi);
    EXPECT_EQ(found.max_words, is.max_words);
    EXPECT_EQ(found.start, is.start);
    EXPECT_EQ(found.stack_bytes, is.stack_bytes);
    EXPECT_EQ(found.inline_mtu, is.inline_mtu);
    EXPECT_EQ(found.maps.max_elems, is.maps.max_elems);
    EXPECT_EQ(found.map_update, is.map_update);
    EXPECT_EQ(found.perf_event, is.perf_event);
    EXPECT_EQ(found.multi_entry, is.multi_entry);
    EXPECT_EQ(found.multi_change, is.multi_change);
  }
}

}  // namespace
