// Programs of the driver: loaded, started, replaced, stopped; what goes wrong on the way to the card.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cerrno>
#include <list>

#include "base/bits.h"
#include "tests/host-driver/nfp/driver_harness.h"
#include "tests/host-driver/nfp/test_programs.h"

namespace {

using harness::Driver;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kMtu = 1500;

class NfpPrograms : public testing::Test {
 protected:
  int load(const firmware::Image& image, uint32_t mtu = kMtu) {
    return driver_.device->programs().load(image, mtu, extack_);
  }
  // Verdicts of ten packets: pass, drop, tx, aborted.
  std::vector<uint64_t> send_ten() {
    std::vector<nic::Frame> frames(10);
    for (size_t i = 0; i < frames.size(); ++i) {
      frames[i].arrival_ps = i * 1'000'000;
      frames[i].bytes.assign(60, 1);
      frames[i].wire_bytes = 60;
    }
    source_.emplace_back(nic::from_frames(std::move(frames)));
    const nic::VerdictCounts before = driver_.card->verdict_counts();
    EXPECT_TRUE(driver_.card->attach(source_.back(), {}));
    driver_.port->run_until(driver_.port->now_ps() + 100'000'000);
    driver_.device->ccm().take_messages();
    const nic::VerdictCounts after = driver_.card->verdict_counts();
    return {after.pass.packets - before.pass.packets, after.drop.packets - before.drop.packets,
            after.tx.packets - before.tx.packets, after.aborted.packets - before.aborted.packets};
  }

  Driver driver_;
  std::string extack_;
  std::list<nic::PacketSource> source_;
};

TEST_F(NfpPrograms, RunFromLoadToStop) {
  EXPECT_THAT(send_ten(), ElementsAre(10, 0, 0, 0)) << "no program";
  EXPECT_EQ(load(harness::returning(1)), 0);
  EXPECT_EQ(extack_, "");
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
  EXPECT_EQ(driver_.port->read(nic::bar::kAppCounters + 16, 8), 10u);
  EXPECT_EQ(load(harness::returning(3)), 0) << "another one takes its place";
  EXPECT_THAT(send_ten(), ElementsAre(0, 0, 10, 0));
  EXPECT_EQ(driver_.device->programs().stop(), 0);
  EXPECT_THAT(send_ten(), ElementsAre(10, 0, 0, 0));
  EXPECT_EQ(load(harness::returning(1)), 0);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
}

TEST_F(NfpPrograms, AreRefusedInTheDriversWords) {
  firmware::Image image = harness::returning(1);
  image.max_packet_offset = 1900;
  EXPECT_EQ(load(image, 1500), 0) << "the MTU keeps packets inside";
  EXPECT_EQ(load(image, 9000), -EOPNOTSUPP);
  EXPECT_EQ(
      extack_,
      "BPF offload not supported with potential packet access beyond HW packet split boundary");
  image.max_packet_offset = 0;
  image.stack_bytes = 513;
  EXPECT_EQ(load(image), -EOPNOTSUPP);
  EXPECT_EQ(extack_, "stack too large");
  image.stack_bytes = 0;
  image.words.resize(8193);
  EXPECT_EQ(load(image), -EOPNOTSUPP);
  EXPECT_EQ(extack_, "program too long");
}

TEST_F(NfpPrograms, SurviveFaultsOfDma) {
  driver_.faults().mapping_fails = 1;
  EXPECT_EQ(load(harness::returning(1)), -ENOMEM);
  driver_.faults().read_fails = 1;
  EXPECT_EQ(load(harness::returning(1)), -EIO);
  EXPECT_EQ(extack_, "FW command error while loading BPF");
  EXPECT_THAT(driver_.last_log(), HasSubstr("reconfig error"));
  EXPECT_FALSE(driver_.device->programs().is_running());
  EXPECT_THAT(send_ten(), ElementsAre(10, 0, 0, 0));
  EXPECT_EQ(load(harness::returning(1)), 0);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
}

TEST_F(NfpPrograms, RunWithOneWrongBitAndAbortWithTwo) {
  driver_.faults().ecc_flips = 1;
  EXPECT_EQ(load(harness::returning(1)), 0);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0)) << "corrected";
  driver_.faults().ecc_flips = 2;
  EXPECT_EQ(load(harness::returning(1)), 0) << "nobody checks a store that is loaded";
  EXPECT_THAT(send_ten(), ElementsAre(0, 0, 0, 10));
  EXPECT_EQ(load(harness::returning(1)), 0);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
}

TEST_F(NfpPrograms, SendEventsToTheirMapsOwner) {
  driver_.device->events().hold(1);
  EXPECT_EQ(load(harness::event_sender()), 0);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
  ASSERT_EQ(driver_.events.size(), 10u);
  EXPECT_THAT(driver_.events[0].data, ElementsAre(7, 0, 0, 0, 0, 0, 0, 0));
  driver_.device->events().release(1);
  EXPECT_THAT(send_ten(), ElementsAre(0, 10, 0, 0));
  EXPECT_EQ(driver_.events.size(), 10u);
  EXPECT_EQ(driver_.device->events().dropped(), 10u);
  EXPECT_EQ(driver_.last_log(), "perf event: map id 1 (0x1) not recognized, dropping event");
}

TEST_F(NfpPrograms, DropEventsThatAreMalformed) {
  host::nfp::Events& events = driver_.device->events();
  events.hold(1);
  std::vector<uint8_t> event(24 + 4 + 8);
  event[0] = 8;
  event[1] = 1;
  event[15] = 1;  // map
  event[19] = 8;  // data
  event[23] = 3;  // packet
  events.take(event);
  EXPECT_EQ(events.delivered(), 1u);
  EXPECT_EQ(driver_.events.at(0).packet.size(), 3u);
  auto wrong = event;
  wrong[19] = 9;
  events.take(wrong);
  wrong = event;
  wrong[16] = wrong[20] = 0xff;
  events.take(wrong);
  wrong = event;
  wrong[1] = 2;
  events.take(wrong);
  wrong = event;
  wrong[8] = 1;  // beyond 32 bits
  events.take(wrong);
  event.resize(23);
  events.take(event);
  EXPECT_EQ(events.delivered(), 1u);
  EXPECT_EQ(events.dropped(), 5u);
}

}  // namespace
