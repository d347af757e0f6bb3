// Steps 78 to 88: an ASIC of one port and one of three.
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/offload_steps/steps.h"

namespace host_test {
namespace {

constexpr const char* kWrongDevice = "netdevsim: program bound to different dev";
constexpr const char* kMismatch = "offload device mismatch between prog and map";

// Beside the single port of ASIC A there is B; each has a program with maps of its own.
class OffloadStepsPorts : public OffloadSteps {
 protected:
  OffloadStepsPorts() : b(lab.add_asic(3)), ports{lab.port(b, 0), lab.port(b, 1), lab.port(b, 2)} {
    a_map = lab.make_map(BPF_MAP_TYPE_HASH, dev->ifindex);
    b_map = lab.make_map(BPF_MAP_TYPE_HASH, ports[0]->ifindex);
    a_prog = lab.load_maps(BPF_PROG_TYPE_XDP, dev->ifindex, {a_map, a_map});
    b_prog = lab.load_maps(BPF_PROG_TYPE_XDP, ports[0]->ifindex, {b_map, b_map});
  }

  void attach_all() {
    EXPECT_TRUE(lab.attach(dev, kHw, a_prog).ok());
    for (net_device* port : ports) EXPECT_TRUE(lab.attach(port, kHw, b_prog).ok());
  }
  void detach_all() {
    EXPECT_TRUE(lab.detach(dev, kHw).ok());
    for (net_device* port : ports) EXPECT_TRUE(lab.detach(port, kHw).ok());
  }
  std::string name_of_b() {
    return lab.device_of_fd(ObjectKind::kProg, b_prog, lab.process).ifname;
  }

  Device& b;
  net_device* ports[3];
  int a_map, b_map, a_prog, b_prog;
};

TEST_F(OffloadStepsPorts, S78_ProgramOfAnAsicIsForAllItsPorts) { attach_all(); }

TEST_F(OffloadStepsPorts, S79_AnotherAsicsProgramDoesNotReplace) {
  attach_all();
  EXPECT_FALSE(lab.attach(dev, kHw, b_prog).ok());
  for (net_device* port : ports) EXPECT_FALSE(lab.attach(port, kHw, a_prog).ok());
}

TEST_F(OffloadStepsPorts, S80_AnotherAsicsProgramIsRefused) {
  attach_all();
  detach_all();
  EXPECT_REFUSED(lab.attach(dev, kHw, b_prog), kWrongDevice);
  for (net_device* port : ports) EXPECT_REFUSED(lab.attach(port, kHw, a_prog), kWrongDevice);
}

TEST_F(OffloadStepsPorts, S81_MapIsForAllPortsOfItsAsic) {
  const int fd = lab.load_maps(BPF_PROG_TYPE_XDP, ports[2]->ifindex, {b_map, b_map});
  EXPECT_GE(fd, 0);
}

TEST_F(OffloadStepsPorts, S82_MapOfBForA) {
  std::string log;
  EXPECT_EQ(lab.load_maps(BPF_PROG_TYPE_XDP, dev->ifindex, {b_map, b_map}, &log), -EINVAL);
  EXPECT_TRUE(has_line(log, kMismatch)) << log;
}

TEST_F(OffloadStepsPorts, S83_MapOfAForB) {
  std::string log;
  EXPECT_EQ(lab.load_maps(BPF_PROG_TYPE_XDP, ports[0]->ifindex, {a_map, a_map}, &log), -EINVAL);
  EXPECT_TRUE(has_line(log, kMismatch)) << log;
}

TEST_F(OffloadStepsPorts, S84_RemovalOfAnAsicLeavesTheOther) {
  EXPECT_EQ(lab.programs(), 2u);
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 1u);
}

TEST_F(OffloadStepsPorts, S85_ProgramOutlivesItsPort) {
  EXPECT_EQ(name_of_b(), ports[0]->name);
  lab.remove_asic(asic);
  EXPECT_TRUE(b.remove_port(0));
  EXPECT_EQ(lab.programs(), 1u);
}

TEST_F(OffloadStepsPorts, S86_ProgramMovesToAnotherPort) {
  const std::string second = ports[1]->name, third = ports[2]->name;
  EXPECT_TRUE(b.remove_port(0));
  EXPECT_TRUE(name_of_b() == second || name_of_b() == third) << name_of_b();
  EXPECT_TRUE(b.remove_port(1));
  EXPECT_EQ(name_of_b(), third);
}

TEST_F(OffloadStepsPorts, S87_ProgramGoesWithTheLastPort) {
  lab.remove_asic(asic);
  for (const uint32_t port : {0u, 1u, 2u}) EXPECT_TRUE(b.remove_port(port));
  EXPECT_EQ(lab.programs(), 0u);
}

TEST_F(OffloadStepsPorts, S88_OrphanHasNoDevice) {
  lab.remove_asic(b);
  EXPECT_EQ(lab.device_of_fd(ObjectKind::kProg, b_prog, lab.process).error, -ENODEV);
}

}  // namespace
}  // namespace host_test
