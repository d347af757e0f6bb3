// Netlink framing of good and of hostile bytes.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/wire.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "host-driver/interpose/route_socket.h"

namespace host {
namespace {

std::vector<uint8_t> message_of(uint16_t type, uint16_t flags, size_t body) {
  std::vector<uint8_t> out;
  NetlinkWriter(out, type, flags, nlmsghdr{0, 0, 0, 77, 0}, 5)
      .append(std::vector<uint8_t>(body, 0xaa));
  return out;
}

TEST(NetlinkWire, SplitsWhatItWrote) {
  std::vector<uint8_t> bytes = message_of(16, 1, 20);
  const std::vector<uint8_t> second = message_of(18, 0, 1);
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto messages = split_messages(bytes);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].header.nlmsg_type, 16);
  EXPECT_EQ(messages[0].header.nlmsg_seq, 77U);
  EXPECT_EQ(messages[0].header.nlmsg_pid, 5U);
  EXPECT_EQ(messages[0].body.size(), 20U);
  EXPECT_EQ(messages[1].body.size(), 4U) << "padded";
}

TEST(NetlinkWire, EndsAtAWrongLength) {
  for (const unsigned length : {0u, 15u, 25u, 255u}) {
    std::vector<uint8_t> bytes = message_of(16, 0, 8), second = message_of(18, 0, 8);
    second[0] = static_cast<uint8_t>(length);
    bytes.insert(bytes.end(), second.begin(), second.end());
    EXPECT_EQ(split_messages(bytes).size(), 1U) << length;
    EXPECT_TRUE(split_messages(second).empty()) << length;
  }
}

TEST(NetlinkWire, FindsNestedAttributes) {
  std::vector<uint8_t> bytes;
  NetlinkWriter writer(bytes, 16, 0, {}, 0);
  writer.text(3, "nic0");
  const size_t nested = writer.begin_nested(43 | NLA_F_NESTED);
  writer.value(1, int32_t{-1}).value(3, uint32_t{8});
  writer.end_nested(nested);
  const auto messages = split_messages(bytes);
  const NetlinkAttributes attributes(messages[0].body, 0);
  EXPECT_EQ(attributes.text(3), "nic0");
  ASSERT_TRUE(attributes.find(43));
  const NetlinkAttributes xdp(*attributes.find(43));
  EXPECT_EQ(xdp.u32(1), UINT32_MAX);
  EXPECT_EQ(xdp.u32(3), 8U);
  EXPECT_FALSE(xdp.find(8));
}

TEST(NetlinkWire, SurvivesRandomBytes) {
  base::Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> bytes(rng.below(80));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.below(i % 2 == 0 ? 256 : 40));
    const NetlinkAttributes attributes(bytes, rng.below(40));
    for (uint16_t type = 0; type < 40; ++type) {
      if (const auto found = attributes.find(type)) {
        ASSERT_LE(found->size(), bytes.size());
      }
    }
    for (const auto& datagram : interpose::to_datagrams(bytes))
      ASSERT_LE(datagram.size(), bytes.size());
  }
}

TEST(NetlinkWire, PacksPartsOfADumpAndNothingElse) {
  std::vector<uint8_t> bytes;
  const auto add = [&](uint16_t flags, size_t body) {
    const std::vector<uint8_t> one = message_of(16, flags, body);
    bytes.insert(bytes.end(), one.begin(), one.end());
  };
  for (int i = 0; i < 5; ++i) add(NLM_F_MULTI, 1000);
  add(0, 4);
  add(0, 4);
  const auto datagrams = interpose::to_datagrams(bytes);
  std::vector<size_t> sizes;
  for (const auto& datagram : datagrams) sizes.push_back(datagram.size());
  EXPECT_EQ(sizes, (std::vector<size_t>{3048, 2032, 20, 20}));
}

}  // namespace
}  // namespace host
