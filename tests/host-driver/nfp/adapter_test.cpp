// Our driver under bpf(2): what a user of the kernel's offload interface sees of a card.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/adapter.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "base/bits.h"
#include "fpc/firmware/image.h"
#include "host-driver/netdev_offload.h"
#include "tests/host-driver/nfp/adapter_lab.h"
#include "tests/host-driver/nfp/test_programs.h"

namespace {

using namespace ebpf_test;
using harness::AdapterLab;
using harness::counting;
using harness::empty_attr;
using harness::returning;
using testing::HasSubstr;

TEST(NfpAdapter, RunsAProgramFromLoadToDetach) {
  AdapterLab lab;
  const int drop = lab.load(returning(XDP_DROP));
  ASSERT_GE(drop, 0) << lab.log;
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_passed"), "10") << "loaded is not attached";
  ASSERT_EQ(lab.attach(drop), 0) << lab.extack;
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_dropped"), "10");
  lab.process->close(drop);
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_dropped"), "20") << "the attachment holds it";
  ASSERT_EQ(lab.attach(-1), 0);
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_passed"), "20");
  EXPECT_EQ(lab.system.objects.count(host::ObjectKind::kProg), 0u);
}

TEST(NfpAdapter, ReplacesAProgramAndRefusesTheSecondWithoutForce) {
  AdapterLab lab;
  const int drop = lab.load(returning(XDP_DROP)), back = lab.load(returning(XDP_TX));
  ASSERT_EQ(lab.attach(drop), 0);
  EXPECT_EQ(lab.attach(back, XDP_FLAGS_HW_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST), -EBUSY);
  ASSERT_EQ(lab.attach(back), 0);
  lab.send(5);
  EXPECT_EQ(lab.knob("packets_sent_back"), "5");
}

TEST(NfpAdapter, GivesTheWordsOfTheImage) {
  AdapterLab lab;
  const int fd = lab.load(returning(XDP_DROP));
  std::vector<uint8_t> words(1 << 16);
  bpf_prog_info info;
  std::memset(&info, 0, sizeof info);
  info.jited_prog_insns = harness::address_of(words.data());
  info.jited_prog_len = static_cast<uint32_t>(words.size());
  bpf_attr attr = empty_attr();
  attr.info.bpf_fd = static_cast<uint32_t>(fd);
  attr.info.info = harness::address_of(&info);
  attr.info.info_len = sizeof info;
  ASSERT_EQ(lab.process->bpf(BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
  const firmware::Image image = harness::returning(1u);
  ASSERT_EQ(info.jited_prog_len, image.words.size() * 8);
  for (size_t i = 0; i < image.words.size(); ++i)
    EXPECT_EQ(base::load_le<uint64_t>(&words[8 * i]), image.words[i]) << i;
}

TEST(NfpAdapter, MapsAreOnTheCard) {
  AdapterLab lab;
  for (int before = 0; before < 3; ++before) ASSERT_GE(lab.map(BPF_MAP_TYPE_HASH, 4), 0);
  const int counts = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  const int fd = lab.load(counting(counts));
  ASSERT_GE(fd, 0) << lab.log;
  ASSERT_EQ(lab.attach(fd), 0) << lab.extack;
  lab.send(25);
  EXPECT_EQ(lab.get(counts, 0), 25u) << "table 4 of the card, and words in its byte order";
  lab.send(5);
  EXPECT_EQ(lab.put(counts, 0, 1000), 0) << "those five are lost";
  lab.send(1);
  EXPECT_EQ(lab.get(counts, 0), 1001u);
  EXPECT_EQ(lab.get(counts, 1), 0u);
}

TEST(NfpAdapter, MapsAnswerAsTheDriverDoes) {
  AdapterLab lab;
  const int hash = lab.map(BPF_MAP_TYPE_HASH, 2), array = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  EXPECT_EQ(lab.put(hash, 1, 5), 0);
  EXPECT_EQ(lab.put(hash, 1, 6, BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(lab.put(hash, 2, 6, BPF_EXIST), -ENOENT);
  EXPECT_EQ(lab.put(hash, 2, 6, 3), -EINVAL);
  EXPECT_EQ(lab.put(hash, 2, 6), 0);
  EXPECT_EQ(lab.put(hash, 3, 7), -E2BIG);
  EXPECT_EQ(lab.get(hash, 2), 6u);
  EXPECT_EQ(lab.element(BPF_MAP_DELETE_ELEM, hash, 2, nullptr), 0);
  EXPECT_EQ(lab.element(BPF_MAP_DELETE_ELEM, hash, 2, nullptr), -ENOENT);
  EXPECT_EQ(lab.element(BPF_MAP_DELETE_ELEM, array, 1, nullptr), -EINVAL);
  uint32_t key = 0;
  EXPECT_EQ(lab.element(BPF_MAP_GET_NEXT_KEY, array, 0, &key), 0);
  EXPECT_EQ(key, 1u);
  EXPECT_EQ(lab.element(BPF_MAP_GET_NEXT_KEY, array, 1, &key), -ENOENT);
}

TEST(NfpAdapter, RefusesMapsWithTheDriversWords) {
  AdapterLab lab;
  EXPECT_EQ(lab.map(BPF_MAP_TYPE_HASH, 4, 65), -ENOMEM);
  EXPECT_THAT(lab.adapter->log().back(), HasSubstr("map elements too large: 80, FW max element"));
  AdapterLab other("nfp/public");
  EXPECT_EQ(other.map(BPF_MAP_TYPE_HASH, 3'000'000), -ENOMEM);
  EXPECT_THAT(other.adapter->log().back(),
              HasSubstr("map with too many elements: 3000000, left: "));
}

TEST(NfpAdapter, GivesMapsAndTablesBack) {
  AdapterLab lab;
  for (int round = 0; round < 300; ++round) {
    const int fd = lab.map(BPF_MAP_TYPE_HASH, 16);
    ASSERT_GE(fd, 0) << round << ": more than the card has at a time";
    lab.process->close(fd);
  }
  lab.adapter->with_card(
      [](nic::LiveCard& card) { EXPECT_EQ(card.control().tables().tables().count(), 0u); });
}

TEST(NfpAdapter, RefusesProgramsInTheVerifiersLog) {
  AdapterLab lab;
  // r0 = 1 << 40; r0 *= r0
  const Code wide_product =
      Code{} + mov(0, 1) + op(0x67, 0, 0, 0, 40) + op(0x2f, 0, 0, 0, 0) + mov(0, 2) + exit_insn();
  EXPECT_EQ(lab.load(wide_product), -EINVAL);
  EXPECT_THAT(lab.log, HasSubstr("[nfp] multiplier is not within u32 value range\n"));
  EXPECT_EQ(lab.load(Code{} + mov(0, 2) + store64(10, -416, 0) + call_local(1) + exit_insn() +
                     mov(0, 2) + store64(10, -64, 0) + exit_insn()),
            -EOPNOTSUPP);
  EXPECT_THAT(lab.log, HasSubstr("[nfp] stack too large: program 576B > FW stack 512B"));
  EXPECT_EQ(lab.system.objects.count(host::ObjectKind::kProg), 0u);
}

TEST(NfpAdapter, RefusesTwoUsesOfOneWord) {
  AdapterLab lab;
  const int map = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  const int counter = lab.load(counting(map));
  ASSERT_GE(counter, 0) << lab.log;
  Code reader = counting(map);
  reader[reader.size() - 3] = load64(1, 0, 0);
  EXPECT_EQ(lab.load(reader), -EOPNOTSUPP);
  EXPECT_THAT(lab.log, HasSubstr("[nfp] map value use type conflict"));
}

TEST(NfpAdapter, TakesXdpOrAFilterNotBoth) {
  AdapterLab lab;
  const int xdp = lab.load(returning(XDP_DROP));
  const int filter = lab.load(returning(TC_ACT_SHOT), BPF_PROG_TYPE_SCHED_CLS);
  ASSERT_GE(filter, 0) << lab.log;
  host::netlink_ext_ack ack;
  host::ClsBpfFilter wanted;
  wanted.protocol = 3;  // ETH_P_ALL
  wanted.flags_gen = TCA_CLS_FLAGS_SKIP_SW;
  wanted.name = "filter";
  wanted.prog = lab.prog(filter);
  const auto add = [&](bool direct_action) {
    wanted.direct_action = direct_action;
    wanted.prio = wanted.handle = 0;
    const host::RtnlGuard rtnl(host::rtnl_mutex());
    return host::cls_bpf_change(lab.nic, &wanted, host::ClsBpfChange::kCreate, &ack);
  };
  {
    const host::RtnlGuard rtnl(host::rtnl_mutex());
    ASSERT_EQ(host::tc_add_ingress(lab.nic, nullptr), 0);
    ASSERT_EQ(lab.system.network.set_hw_tc_offload(lab.nic, true), 0);
  }
  EXPECT_NE(add(false), 0);
  EXPECT_EQ(ack.msg, "nfp: only direct action with no legacy actions supported");
  ASSERT_EQ(add(true), 0) << ack.msg;
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_dropped"), "10");
  EXPECT_EQ(lab.attach(xdp), -EBUSY);
  {
    const host::RtnlGuard rtnl(host::rtnl_mutex());
    EXPECT_EQ(lab.system.network.set_hw_tc_offload(lab.nic, false), -EBUSY);
    EXPECT_EQ(host::tc_delete_ingress(lab.nic, nullptr), 0);
  }
  lab.send(10);
  EXPECT_EQ(lab.knob("packets_passed"), "10");
  ASSERT_EQ(lab.attach(xdp), 0);
  {
    const host::RtnlGuard rtnl(host::rtnl_mutex());
    ASSERT_EQ(host::tc_add_ingress(lab.nic, nullptr), 0);
  }
  EXPECT_NE(add(true), 0);
  wanted.prog.reset();
}

TEST(NfpAdapter, RefusesWhatItCannotRun) {
  AdapterLab lab;
  EXPECT_EQ(lab.attach(lab.load(returning(XDP_DROP)), XDP_FLAGS_DRV_MODE), -EINVAL);
  AdapterLab other;
  const int foreign = other.load(returning(XDP_DROP));
  {
    host::netlink_ext_ack ack;
    const host::RtnlGuard rtnl(host::rtnl_mutex());
    EXPECT_EQ(host::dev_change_xdp(lab.nic, &ack, other.prog(foreign), {}, XDP_FLAGS_HW_MODE),
              -EINVAL);
    EXPECT_EQ(ack.msg, "nfp: program bound to different dev");
  }
  EXPECT_FALSE(lab.adapter->add_port(lab.system.network.namespace_of(AdapterLab::kHome), "nic1"));
}

TEST(NfpAdapter, ProgramsOfARemovedDeviceAreOrphans) {
  AdapterLab lab;
  const int map = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  const int fd = lab.load(counting(map));
  ASSERT_EQ(lab.attach(fd), 0);
  lab.adapter->remove_port();
  uint64_t value = 0;
  EXPECT_EQ(lab.element(BPF_MAP_LOOKUP_ELEM, map, 0, &value), -ENODEV);
  auto again = lab.adapter->add_port(lab.system.network.namespace_of(AdapterLab::kHome), "nic0");
  ASSERT_TRUE(again) << again.error().text();
  lab.nic = *again;
  EXPECT_EQ(lab.attach(fd), -EINVAL);
  lab.send(3);
  EXPECT_EQ(lab.knob("packets_passed"), "3");
}

TEST(NfpAdapter, RunsTestsOnTheCardBesideTheProgramThatIsAttached) {
  AdapterLab lab;
  const int counts = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  const int attached = lab.load(counting(counts));
  ASSERT_EQ(lab.attach(attached), 0);
  const int back = lab.load(returning(XDP_TX));
  std::vector<uint8_t> packet(200);
  for (size_t i = 0; i < packet.size(); ++i) packet[i] = static_cast<uint8_t>(i);
  const AdapterLab::Tested tested = lab.test_run(back, packet, 100);
  EXPECT_EQ(tested.error, 0);
  EXPECT_EQ(tested.verdict, static_cast<uint32_t>(XDP_TX));
  EXPECT_EQ(tested.packet, packet);
  EXPECT_GT(tested.duration_ns, 500u);
  EXPECT_LT(tested.duration_ns, 50'000u);
  EXPECT_EQ(lab.get(counts, 0), 0u);
  lab.send(2);
  EXPECT_EQ(lab.get(counts, 0), 2u) << "the attached program is back";
  EXPECT_EQ(lab.test_run(attached, packet, 7).verdict, static_cast<uint32_t>(XDP_DROP));
  EXPECT_EQ(lab.get(counts, 0), 9u);
  lab.attach(-1);
  EXPECT_EQ(lab.test_run(lab.load(returning(XDP_ABORTED)), packet).verdict,
            static_cast<uint32_t>(XDP_ABORTED));
  EXPECT_EQ(lab.test_run(lab.load(returning(XDP_PASS)), packet).verdict,
            static_cast<uint32_t>(XDP_PASS));
  EXPECT_EQ(lab.test_run(back, std::vector<uint8_t>(20'000)).error, -EIO) << "no port takes it";
  lab.send(1);
  EXPECT_EQ(lab.get(counts, 0), 9u);
}

}  // namespace
