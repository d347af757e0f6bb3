// Faults that strike a card on demand, and counters, as knobs of its driver.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cerrno>

#include "tests/host-driver/nfp/adapter_lab.h"

namespace {

using harness::AdapterLab;
using harness::returning;
using testing::HasSubstr;

TEST(NfpAdapter, HasFaultsAsKnobs) {
  AdapterLab lab;
  const int map = lab.map(BPF_MAP_TYPE_HASH, 4);
  ASSERT_EQ(lab.put(map, 1, 1), 0);
  ASSERT_TRUE(lab.adapter->set_knob("fault_lose", "1"));
  uint64_t value = 0;
  EXPECT_EQ(lab.element(BPF_MAP_LOOKUP_ELEM, map, 1, &value), -ETIMEDOUT);
  EXPECT_EQ(lab.adapter->log().back(), "timeout waiting for response to 0x03");
  ASSERT_TRUE(lab.adapter->set_knob("fault_truncate", "1"));
  EXPECT_EQ(lab.element(BPF_MAP_LOOKUP_ELEM, map, 1, &value), -ETIMEDOUT);
  ASSERT_TRUE(lab.adapter->set_knob("fault_late", "1"));
  EXPECT_EQ(lab.get(map, 1), 1u);
  ASSERT_TRUE(lab.adapter->set_knob("fault_duplicate", "1"));
  EXPECT_EQ(lab.get(map, 1), 1u);
  EXPECT_EQ(lab.get(map, 1), 1u);
  EXPECT_EQ(lab.knob("messages_dropped"), "2");
  EXPECT_EQ(lab.knob("messages_timed_out"), "2");

  const int drop = lab.load(returning(XDP_DROP));
  ASSERT_TRUE(lab.adapter->set_knob("fault_dma_mapping", "1"));
  EXPECT_EQ(lab.attach(drop), -ENOMEM);
  ASSERT_TRUE(lab.adapter->set_knob("fault_dma_read", "1"));
  EXPECT_EQ(lab.attach(drop), -EIO);
  EXPECT_EQ(lab.extack, "nfp: FW command error while loading BPF");
  ASSERT_TRUE(lab.adapter->set_knob("fault_ecc_bits", "2"));
  EXPECT_EQ(lab.attach(drop), 0);
  lab.send(3);
  EXPECT_EQ(lab.knob("packets_aborted"), "3");

  EXPECT_THAT(lab.adapter->set_knob("simulated_us", "1").error().text(), HasSubstr("only be read"));
  EXPECT_THAT(lab.adapter->set_knob("fault_lose", "x").error().text(), HasSubstr("4294967295"));
  EXPECT_THAT(lab.adapter->set_knob("fault", "1").error().text(), HasSubstr("fault_lose"));
  EXPECT_THAT(lab.knob("fault"), HasSubstr("packets_passed"));
}

TEST(NfpAdapter, HasEccErrorsOfARunningProgramAsAKnob) {
  AdapterLab lab;
  ASSERT_EQ(lab.attach(lab.load(returning(XDP_DROP))), 0);
  lab.send(10);
  ASSERT_TRUE(lab.adapter->set_knob("fault_store_bits", "1"));
  lab.send(500);
  EXPECT_EQ(lab.knob("store_words_corrected"), "1");
  EXPECT_EQ(lab.knob("packets_dropped"), "510");
  ASSERT_TRUE(lab.adapter->set_knob("fault_store_bits", "2"));
  EXPECT_EQ(lab.knob("fault_store_bits"), "2");
  lab.send(500);
  EXPECT_NE(lab.knob("packets_aborted"), "0");
  ASSERT_EQ(lab.adapter->faults().size(), 1u);
  EXPECT_THAT(lab.adapter->faults()[0], HasSubstr("uncorrectable ECC error at word"));

  const std::string aborted = lab.knob("packets_aborted");
  ASSERT_EQ(lab.attach(lab.load(returning(XDP_PASS))), 0);
  EXPECT_EQ(lab.knob("fault_store_bits"), "0");
  lab.send(500);
  EXPECT_EQ(lab.knob("packets_passed"), "500");
  EXPECT_EQ(lab.knob("packets_aborted"), aborted);
  EXPECT_EQ(lab.adapter->set_knob("fault_store_bits", "53").error().text(),
            "knob fault_store_bits: 53 bits of a word, allowed are 0 to 52");
}

TEST(NfpAdapter, HasEccErrorsBehindMapEntriesAsAKnob) {
  AdapterLab lab;
  EXPECT_EQ(lab.adapter->set_knob("fault_map_bits", "1").error().text(),
            "knob fault_map_bits: no entry of a map has been looked up yet");
  const int map = lab.map(BPF_MAP_TYPE_HASH, 16);
  for (uint32_t key = 0; key < 4; ++key) ASSERT_EQ(lab.put(map, key, 10 + key), 0);
  const auto forget = [&] {  // what the driver keeps of a map
    lab.adapter->with_card(
        [](nic::LiveCard& card) { card.run_until(card.now_ps() + 1'000'000'000); });
  };
  EXPECT_EQ(lab.get(map, 2), 12u);
  ASSERT_TRUE(lab.adapter->set_knob("fault_map_bits", "1"));
  forget();
  EXPECT_EQ(lab.get(map, 2), 12u);
  EXPECT_EQ(lab.knob("memory_words_corrected"), "1");
  ASSERT_TRUE(lab.adapter->set_knob("fault_map_bits", "2"));
  forget();
  uint64_t value = 0;
  EXPECT_EQ(lab.element(BPF_MAP_LOOKUP_ELEM, map, 2, &value), -ETIMEDOUT);
  EXPECT_EQ(lab.knob("memory_errors"), "1");
  EXPECT_THAT(lab.adapter->faults().at(0), HasSubstr("uncorrectable ECC error of memory at 0x"));
  EXPECT_EQ(lab.get(map, 3), 13u) << "other entries are there";
  EXPECT_EQ(lab.put(map, 2, 20), 0);
  EXPECT_EQ(lab.get(map, 2), 20u) << "an overwritten word is good";
}

TEST(NfpAdapter, CountsWhatTheHostSends) {
  auto config = nic::load_config("agilio-cx-2x40");
  config->host_transmit_descriptors = 64;
  config->egress_queue_packets = 1;
  AdapterLab lab("nfp/full", *config);
  lab.adapter->with_card([](nic::LiveCard& card) {
    EXPECT_FALSE(card.transmit(0, std::vector<uint8_t>(13)));
    for (unsigned i = 0; i < 70; ++i) card.transmit(0, std::vector<uint8_t>(1514));
    card.run_until(card.now_ps() + 1'000'000'000);
  });
  EXPECT_EQ(lab.knob("host_packets_unfit"), "1");
  EXPECT_EQ(lab.knob("host_packets_lost_ring"), "6");
  const int sent = std::stoi(lab.knob("host_packets_sent"));
  EXPECT_GT(sent, 0);
  EXPECT_EQ(lab.knob("host_packets_lost_port"), std::to_string(64 - sent));
  EXPECT_LT(sent, 64) << "PCIe is faster than the port";
}

}  // namespace
