// What is told from an attr alone, at every length that a caller may pass.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/attr_rules.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include <cstring>

namespace interpose {
namespace {

std::vector<uint8_t> bytes_of(const bpf_attr& attr, size_t size = sizeof(bpf_attr)) {
  const auto* raw = reinterpret_cast<const uint8_t*>(&attr);
  return {raw, raw + size};
}

bpf_attr attr_of(const std::vector<uint8_t>& bytes) {
  bpf_attr attr = {};
  std::memcpy(&attr, bytes.data(), std::min(bytes.size(), sizeof attr));
  return attr;
}

TEST(AttrRules, FindWhomACallConcerns) {
  bpf_attr attr = {};
  attr.prog_ifindex = 7;
  EXPECT_EQ(concern_of(BPF_PROG_LOAD, bytes_of(attr)).owner, Owner::kDevice);
  EXPECT_EQ(concern_of(BPF_PROG_LOAD, bytes_of(attr)).field, 7U);
  EXPECT_EQ(concern_of(BPF_PROG_LOAD, bytes_of(attr, 64)).field, 0U) << "attr ends before it";
  attr = {};
  attr.batch.map_fd = 9;
  EXPECT_EQ(concern_of(BPF_MAP_LOOKUP_BATCH, bytes_of(attr)).field, 9U);
  attr = {};
  attr.pathname = 0x123456789abc;
  EXPECT_EQ(concern_of(BPF_OBJ_GET, bytes_of(attr)).field, 0x123456789abcU);
  EXPECT_EQ(concern_of(BPF_RAW_TRACEPOINT_OPEN, bytes_of(attr)).owner, Owner::kHost);
  EXPECT_EQ(concern_of(4711, {}).owner, Owner::kHost);
}

TEST(AttrRules, PromoteProgramsMapsAndLinksOfTheCard) {
  bpf_attr attr = {};
  attr.prog_type = BPF_PROG_TYPE_XDP;
  std::vector<uint8_t> bytes = bytes_of(attr, 48);
  promote(BPF_PROG_LOAD, bytes, 5);
  EXPECT_EQ(attr_of(bytes).prog_ifindex, 5U) << "a short attr grows";
  attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  bytes = bytes_of(attr, 48);
  promote(BPF_PROG_LOAD, bytes, 5);
  EXPECT_EQ(bytes.size(), 48U);
  attr = {};
  attr.map_type = BPF_MAP_TYPE_HASH;
  attr.map_ifindex = 3;
  bytes = bytes_of(attr);
  promote(BPF_MAP_CREATE, bytes, 5);
  EXPECT_EQ(attr_of(bytes).map_ifindex, 3U) << "a device that was asked for stays";
  attr = {};
  attr.link_create.attach_type = BPF_XDP;
  attr.link_create.flags = XDP_FLAGS_SKB_MODE;
  bytes = bytes_of(attr);
  promote(BPF_LINK_CREATE, bytes, 5);
  EXPECT_EQ(attr_of(bytes).link_create.flags, XDP_FLAGS_HW_MODE);
  bytes = bytes_of(attr);
  promote(BPF_LINK_CREATE, bytes, 0);
  EXPECT_EQ(attr_of(bytes).link_create.flags, XDP_FLAGS_SKB_MODE) << "no device, no change";
}

TEST(AttrRules, LeaveOutEverythingThatRefersToBtf) {
  bpf_attr attr = {};
  attr.prog_btf_fd = 4;
  attr.func_info_cnt = 1;
  attr.line_info_cnt = 2;
  attr.expected_attach_type = BPF_XDP;
  std::vector<uint8_t> bytes = bytes_of(attr);
  EXPECT_EQ(btf_of(BPF_PROG_LOAD, bytes), 4);
  leave_out_btf(BPF_PROG_LOAD, bytes);
  const bpf_attr left = attr_of(bytes);
  EXPECT_EQ(left.prog_btf_fd + left.func_info_cnt + left.line_info_cnt, 0U);
  EXPECT_EQ(left.expected_attach_type, static_cast<uint32_t>(BPF_XDP));
  EXPECT_EQ(btf_of(BPF_PROG_LOAD, bytes), -1);
  EXPECT_EQ(btf_of(BPF_MAP_LOOKUP_ELEM, bytes), -1);
}

TEST(AttrRules, CountBytesOfNewMapsWithoutOverflow) {
  bpf_attr attr = {};
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 10;
  EXPECT_EQ(bytes_of_new_map(BPF_MAP_CREATE, bytes_of(attr)), 120U);
  attr.value_size = attr.key_size = attr.max_entries = UINT32_MAX;
  EXPECT_EQ(bytes_of_new_map(BPF_MAP_CREATE, bytes_of(attr)), UINT32_MAX);
  EXPECT_EQ(bytes_of_new_map(BPF_PROG_LOAD, bytes_of(attr)), 0U);
}

}  // namespace
}  // namespace interpose
