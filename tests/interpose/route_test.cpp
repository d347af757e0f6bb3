// rtnetlink messages as tools send them, and as nobody should.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/netlink/route.h"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>

#include "base/rng.h"
#include "host-driver/drivers/netdevsim/netdevsim.h"
#include "host-driver/system.h"

namespace host {
namespace {

constexpr NetNamespace kHome = {3, 7}, kOther = {3, 8};
constexpr int kIndex = 0x7001;
constexpr uint16_t kAsk = NLM_F_REQUEST | NLM_F_ACK;

class RouteTest : public testing::Test {
 protected:
  RouteTest()
      : system_({.first_ifindex = kIndex}), asic_(system_.network, 1), route_(system_.network) {
    EXPECT_TRUE(asic_.add_port(system_.network.namespace_of(kHome), "nic0"));
    caller_.net = kHome;
    caller_.port = 99;
    caller_.identify = [](int) { return std::optional<ObjectFile>(); };
    caller_.namespace_of = [](int fd) {
      return fd == 5 ? std::optional(kOther) : std::optional<NetNamespace>();
    };
    // A host with one interface.
    caller_.talk = [this](Bytes message) {
      ++talks_;
      const auto asked = split_messages(message).front();
      std::vector<uint8_t> out;
      ifinfomsg lo = {};
      lo.ifi_index = 1;
      NetlinkWriter(out, RTM_NEWLINK, NLM_F_MULTI, asked.header, 99)
          .put(lo)
          .text(IFLA_IFNAME, "lo");
      put_done(out, asked, 99);
      return out;
    };
  }

  static std::vector<uint8_t> link(uint16_t type, uint16_t flags, int index, uint32_t change = 0,
                                   uint32_t set = 0) {
    std::vector<uint8_t> out;
    ifinfomsg body = {};
    body.ifi_index = index;
    body.ifi_change = change;
    body.ifi_flags = set;
    NetlinkWriter(out, type, static_cast<uint16_t>(flags | NLM_F_REQUEST), {}, 0).put(body);
    return out;
  }
  // The error of the only answer; 1: it is none.
  int error_of(const std::vector<uint8_t>& request) {
    const auto answer = route_.request(caller_, request);
    if (!answer) return 1;
    const auto messages = split_messages(*answer);
    if (messages.size() != 1 || messages.front().header.nlmsg_type != NLMSG_ERROR) return 1;
    return leading<nlmsgerr>(messages.front().body).error;
  }
  std::vector<std::string> names_in(const std::vector<uint8_t>& answer) {
    std::vector<std::string> names;
    for (const NetlinkMessage& message : split_messages(answer))
      if (message.header.nlmsg_type == RTM_NEWLINK)
        names.push_back(NetlinkAttributes(message.body, sizeof(ifinfomsg)).text(IFLA_IFNAME));
    return names;
  }

  System system_;
  netdevsim::Device asic_;
  RouteAbi route_;
  RouteCaller caller_;
  int talks_ = 0;
};

TEST_F(RouteTest, ShowsTheDeviceAfterThoseOfTheHost) {
  for (const size_t bytes : {17U, 20U, 32U}) {  // rtgenmsg unpadded and padded, ifinfomsg
    std::vector<uint8_t> request = link(RTM_GETLINK, NLM_F_DUMP, 0);
    request.resize(bytes);
    request[0] = static_cast<uint8_t>(bytes);
    const auto answer = route_.request(caller_, request);
    ASSERT_TRUE(answer) << bytes;
    EXPECT_EQ(names_in(*answer), (std::vector<std::string>{"lo", "nic0"}));
    EXPECT_EQ(split_messages(*answer).back().header.nlmsg_type, NLMSG_DONE);
  }
  const auto one = route_.request(caller_, link(RTM_GETLINK, 0, kIndex));
  ASSERT_TRUE(one);
  EXPECT_EQ(names_in(*one), (std::vector<std::string>{"nic0"}));
}

TEST_F(RouteTest, LeavesOtherDevicesAndNamespacesToTheHost) {
  EXPECT_FALSE(route_.request(caller_, link(RTM_GETLINK, 0, 1)));
  caller_.net = kOther;
  EXPECT_FALSE(route_.request(caller_, link(RTM_GETLINK, NLM_F_DUMP, 0)));
  EXPECT_FALSE(route_.request(caller_, link(RTM_GETLINK, 0, kIndex)));
  EXPECT_EQ(talks_, 0);
}

TEST_F(RouteTest, RefusesToChangeTheHostUnlessItMay) {
  EXPECT_EQ(error_of(link(RTM_SETLINK, NLM_F_ACK, 1, IFF_UP, 0)), -EPERM);
  EXPECT_EQ(error_of(link(RTM_DELLINK, NLM_F_ACK, 1)), -EPERM);
  EXPECT_FALSE(route_.request(caller_, link(RTM_NEWLINK, NLM_F_ACK, 0))) << "the probe of ip";
  caller_.may_change_host = true;
  EXPECT_FALSE(route_.request(caller_, link(RTM_SETLINK, NLM_F_ACK, 1, IFF_UP, 0)));
}

TEST_F(RouteTest, ChangesTheDevice) {
  EXPECT_EQ(error_of(link(RTM_SETLINK, NLM_F_ACK, kIndex, IFF_UP, IFF_UP)), 0);
  EXPECT_TRUE(asic_.port(0)->is_up);
  std::vector<uint8_t> request;
  ifinfomsg body = {};
  body.ifi_index = kIndex;
  NetlinkWriter(request, RTM_SETLINK, kAsk, {}, 0)
      .put(body)
      .value(IFLA_MTU, uint32_t{9000})
      .text(IFLA_IFNAME, "nic1");
  EXPECT_EQ(error_of(request), 0);
  EXPECT_EQ(asic_.port(0)->mtu, 9000U);
  EXPECT_EQ(asic_.port(0)->name, "nic1");
  request.clear();
  NetlinkWriter(request, RTM_SETLINK, kAsk, {}, 0).put(body).value(IFLA_NET_NS_FD, 5);
  EXPECT_EQ(error_of(request), 0);
  EXPECT_FALSE(route_.request(caller_, link(RTM_GETLINK, 0, kIndex))) << "it is elsewhere";
  EXPECT_EQ(error_of(link(RTM_DELLINK, NLM_F_ACK, kIndex)), -EPERM);
}

TEST_F(RouteTest, ChecksXdpAttributesAsTheKernelDoes) {
  const auto with = [&](int fd, uint32_t flags, uint16_t extra = 0) {
    std::vector<uint8_t> request;
    ifinfomsg body = {};
    body.ifi_index = kIndex;
    NetlinkWriter writer(request, RTM_SETLINK, kAsk, {}, 0);
    writer.put(body);
    const size_t nested = writer.begin_nested(IFLA_XDP);
    writer.value(IFLA_XDP_FD, int32_t{fd}).value(IFLA_XDP_FLAGS, flags);
    if (extra != 0) writer.value(extra, uint32_t{0});
    writer.end_nested(nested);
    return error_of(request);
  };
  EXPECT_EQ(with(-1, 0), 0);
  EXPECT_EQ(with(-1, XDP_FLAGS_HW_MODE), 0);
  EXPECT_EQ(with(3, XDP_FLAGS_HW_MODE), -EBADF);
  EXPECT_EQ(with(-1, 1U << 30), -EINVAL);
  EXPECT_EQ(with(-1, XDP_FLAGS_HW_MODE | XDP_FLAGS_SKB_MODE), -EINVAL);
  EXPECT_EQ(with(-1, XDP_FLAGS_REPLACE), -EINVAL) << "nothing is expected";
  EXPECT_EQ(with(-1, 0, IFLA_XDP_ATTACHED), -EINVAL);
}

TEST_F(RouteTest, KeepsQdiscsAndRefusesFiltersWithoutThem) {
  const auto qdisc = [&](uint16_t type, uint16_t flags) {
    std::vector<uint8_t> request;
    tcmsg body = {};
    body.tcm_ifindex = kIndex;
    body.tcm_parent = TC_H_INGRESS;
    NetlinkWriter(request, type, flags | kAsk, {}, 0).put(body).text(TCA_KIND, "ingress");
    return error_of(request);
  };
  std::vector<uint8_t> filter;
  tcmsg body = {};
  body.tcm_ifindex = kIndex;
  body.tcm_parent = 0xffff0000;
  NetlinkWriter(filter, RTM_NEWTFILTER, kAsk | NLM_F_CREATE, {}, 0).put(body).text(TCA_KIND, "bpf");
  EXPECT_EQ(error_of(filter), -EINVAL);
  EXPECT_EQ(qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL), 0);
  EXPECT_EQ(qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL), -EEXIST);
  EXPECT_EQ(error_of(filter), -EINVAL) << "without options";
  EXPECT_EQ(qdisc(RTM_DELQDISC, 0), 0);
  EXPECT_NE(qdisc(RTM_DELQDISC, 0), 0);
}

TEST_F(RouteTest, AnswersIoctlsOfInterfaces) {
  ifreq request = {};
  std::strcpy(request.ifr_name, "nic0");
  std::vector<uint8_t> bytes(sizeof request);
  std::memcpy(bytes.data(), &request, sizeof request);
  EXPECT_EQ(route_.interface_ioctl(kHome, SIOCGIFINDEX, bytes), 0);
  std::memcpy(&request, bytes.data(), sizeof request);
  EXPECT_EQ(request.ifr_ifindex, kIndex);
  EXPECT_FALSE(route_.interface_ioctl(kOther, SIOCGIFINDEX, bytes));
  EXPECT_FALSE(route_.interface_ioctl(kHome, SIOCGIFNAME, std::span(bytes).first(8)));
}

TEST_F(RouteTest, SurvivesRandomMessages) {
  base::Rng rng(2);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> bytes(rng.below(120));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.below(i % 3 == 0 ? 256 : 50));
    if (bytes.size() >= 32) {
      bytes[0] = static_cast<uint8_t>(bytes.size());
      bytes[1] = bytes[2] = bytes[3] = 0;
      bytes[4] = static_cast<uint8_t>(16 + rng.below(32));
      bytes[5] = 0;
      std::memcpy(&bytes[20], &kIndex, sizeof kIndex);  // of a link and of traffic control alike
    }
    (void)route_.request(caller_, bytes);
  }
  EXPECT_NE(asic_.port(0), nullptr);
}

}  // namespace
}  // namespace host
