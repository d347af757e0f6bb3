// Steps 27 to 49: XDP programs in three modes, alone and together, on the right device and the wrong one.
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/offload_steps/steps.h"

namespace host_test {
namespace {

unsigned attached_programs(const host::XdpReport& report) {
  return static_cast<unsigned>(
      std::ranges::count_if(report.prog_id, [](uint32_t id) { return id != 0; }));
}

TEST_F(OffloadSteps, S27_OffloadedProgramGoesWithItsDevice) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
}

TEST_F(OffloadSteps, S28_NativeProgramIsReported) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_EQ(lab.xdp(dev).attached, XDP_ATTACHED_DRV);
  EXPECT_EQ(lab.programs(), 1u);
  EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_DRV], lab.ids(ObjectKind::kProg).at(0));
}

TEST_F(OffloadSteps, S29_ReplaceWantsForce) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_EQ(lab.attach_ret0(dev, kDrv | kNoForce).error, -EBUSY);
  expect_left(0, 1);
}

TEST_F(OffloadSteps, S30_ReplaceWithForce) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  ASSERT_EQ(lab.programs(), 1u);
  const uint32_t id = lab.ids(ObjectKind::kProg).at(0);
  EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_DRV], id);
  EXPECT_EQ(lab.program_info(id).ifindex, 0u);
}

TEST_F(OffloadSteps, S31_GenericBesideNativeIsRefused) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_REFUSED(lab.attach_ret0(dev, kSkb),
                 "Native and generic XDP can't be active at the same time");
}

TEST_F(OffloadSteps, S32_LargeMtuUnderNativeIsRefused) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_EQ(lab.set_mtu(dev, 9000), -EBUSY);
}

TEST_F(OffloadSteps, S33_NativeOnALargeMtuIsRefused) {
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  EXPECT_TRUE(lab.detach(dev, kDrv).ok());
  EXPECT_EQ(lab.programs(), 0u);
  EXPECT_EQ(lab.set_mtu(dev, 9000), 0);
  EXPECT_REFUSED(lab.attach_ret0(dev, kDrv), "netdevsim: MTU too large w/ XDP enabled");
  EXPECT_EQ(lab.set_mtu(dev, 1500), 0);
  expect_nothing_left();
}

TEST_F(OffloadSteps, S34_UnboundProgramIsNotOffloaded) {
  const int fd = lab.load_ret0(BPF_PROG_TYPE_XDP, 0);
  EXPECT_REFUSED(lab.attach(dev, kHw, fd), "netdevsim: xdpoffload of non-bound program");
  lab.close(fd);
}

TEST_F(OffloadSteps, S35_BoundProgramIsNotAttachedNatively) {
  const int fd = lab.load_ret0(BPF_PROG_TYPE_XDP, dev->ifindex);
  EXPECT_REFUSED(lab.attach(dev, kDrv, fd),
                 "Using device-bound program without HW_MODE flag is not supported");
  lab.close(fd);
  expect_nothing_left();
}

TEST_F(OffloadSteps, S36_LoadThatTheDriverRefuses) {
  lab.set_knob(asic, "bpf_bind_verifier_accept", "N");
  std::string log;
  EXPECT_EQ(lab.load_ret0(BPF_PROG_TYPE_XDP, dev->ifindex, &log), -EOPNOTSUPP);
  EXPECT_TRUE(has_line(log, kHello)) << log;
  expect_nothing_left();
}

TEST_F(OffloadSteps, S37_OffloadedProgramIsReported) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  EXPECT_EQ(lab.xdp(dev).attached, XDP_ATTACHED_HW);
  ASSERT_EQ(lab.programs(), 1u);
  EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_HW], lab.ids(ObjectKind::kProg).at(0));
}

TEST_F(OffloadSteps, S38_DriverKnowsTheOffloadedProgram) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  EXPECT_EQ(asic.bound_programs(), 1u);
  const uint32_t id = lab.ids(ObjectKind::kProg).at(0);
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/id"), std::to_string(id));
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/state"), "xlated");
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/loaded"), "Y");
  EXPECT_EQ(dev->xdp_state[host::XDP_MODE_HW].prog->tag[0], lab.program_info(id).tag[0]);
}

TEST_F(OffloadSteps, S39_RemovingTwiceIsNoError) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  for (const uint32_t mode : {kHw, kHw, kDrv, kDrv, uint32_t{0}, uint32_t{0}})
    EXPECT_TRUE(lab.detach(dev, mode).ok()) << mode;
  expect_nothing_left();
}

TEST_F(OffloadSteps, S40_ProgramOfAnotherDeviceIsRefused) {
  Device& other = lab.add_asic();
  const int fd = lab.load_ret0(BPF_PROG_TYPE_XDP, lab.ifindex(other));
  EXPECT_TRUE(lab.attach(lab.port(other, 0), kHw, fd).ok());
  EXPECT_REFUSED(lab.attach(dev, kHw, fd), "netdevsim: program bound to different dev");
}

TEST_F(OffloadSteps, S41_OrphanIsRefused) {
  Device& other = lab.add_asic();
  const int fd = lab.load_ret0(BPF_PROG_TYPE_XDP, lab.ifindex(other));
  EXPECT_TRUE(lab.attach(lab.port(other, 0), kHw, fd).ok());
  lab.remove_asic(other);
  EXPECT_REFUSED(lab.attach(dev, kHw, fd), "netdevsim: xdpoffload of non-bound program");
  lab.close(fd);
  EXPECT_EQ(lab.programs(), 0u);
}

// The second program's mode as it is asked for, and as it is reported.
struct SecondMode {
  uint32_t flags;
  uint8_t attached;
};

class OffloadStepsTwoModes : public OffloadSteps {
 protected:
  void for_each_mode(const std::function<void(SecondMode)>& check) {
    for (const SecondMode mode :
         {SecondMode{0, XDP_ATTACHED_DRV}, SecondMode{kDrv, XDP_ATTACHED_DRV},
          SecondMode{kSkb, XDP_ATTACHED_SKB}}) {
      SCOPED_TRACE(mode.flags);
      EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
      check(mode);
      lab.detach(dev, kHw);
      lab.detach(dev, mode.flags);
      expect_nothing_left();
    }
  }
  void expect_both(SecondMode mode) {
    const host::XdpReport report = lab.xdp(dev);
    EXPECT_EQ(report.attached, XDP_ATTACHED_MULTI);
    EXPECT_EQ(attached_programs(report), 2u);
    const auto slot = mode.attached == XDP_ATTACHED_DRV ? host::XDP_MODE_DRV : host::XDP_MODE_SKB;
    EXPECT_NE(report.prog_id[host::XDP_MODE_HW], report.prog_id[slot]);
    EXPECT_NE(report.prog_id[slot], 0u);
  }
  std::string offloaded_id() { return lab.knob(asic, "ports/0/bpf_offloaded_id"); }
};

TEST_F(OffloadStepsTwoModes, S42_OneProgramIsAttached) {
  for_each_mode([&](SecondMode) {
    EXPECT_EQ(attached_programs(lab.xdp(dev)), 1u);
    EXPECT_EQ(lab.xdp(dev).attached, XDP_ATTACHED_HW);
    EXPECT_EQ(offloaded_id(), std::to_string(lab.xdp(dev).prog_id[host::XDP_MODE_HW]));
  });
}

TEST_F(OffloadStepsTwoModes, S43_TwoProgramsAreAttached) {
  for_each_mode([&](SecondMode mode) {
    const uint32_t id = lab.xdp(dev).prog_id[host::XDP_MODE_HW];
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_HW], id);
    expect_both(mode);
  });
}

TEST_F(OffloadStepsTwoModes, S44_OffloadedProgramStays) {
  for_each_mode([&](SecondMode mode) {
    const std::string before = offloaded_id();
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    EXPECT_EQ(offloaded_id(), before);
  });
}

TEST_F(OffloadStepsTwoModes, S45_OffloadAgainWantsForce) {
  for_each_mode([&](SecondMode mode) {
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    EXPECT_REFUSED(lab.attach_ret0(dev, kHw | kNoForce), "XDP program already attached");
  });
}

TEST_F(OffloadStepsTwoModes, S46_RemovingWithoutModeIsAmbiguous) {
  for_each_mode([&](SecondMode mode) {
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    EXPECT_REFUSED(lab.detach(dev, 0), "More than one program loaded, unset mode is ambiguous");
    lab.detach(dev, kHw);
  });
}

TEST_F(OffloadStepsTwoModes, S47_SecondProgramStaysWhenOffloadIsRemoved) {
  for_each_mode([&](SecondMode mode) {
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    const host::XdpReport both = lab.xdp(dev);
    EXPECT_TRUE(lab.detach(dev, kHw).ok());
    const host::XdpReport one = lab.xdp(dev);
    EXPECT_EQ(one.attached, mode.attached);
    EXPECT_EQ(attached_programs(one), 1u);
    EXPECT_EQ(one.prog_id[host::XDP_MODE_DRV], both.prog_id[host::XDP_MODE_DRV]);
    EXPECT_EQ(one.prog_id[host::XDP_MODE_SKB], both.prog_id[host::XDP_MODE_SKB]);
    EXPECT_EQ(offloaded_id(), "0");
  });
}

TEST_F(OffloadStepsTwoModes, S48_OffloadComesBack) {
  for_each_mode([&](SecondMode mode) {
    EXPECT_TRUE(lab.attach_ret0(dev, mode.flags).ok());
    EXPECT_TRUE(lab.detach(dev, kHw).ok());
    const host::XdpReport one = lab.xdp(dev);
    EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
    expect_both(mode);
    EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_DRV], one.prog_id[host::XDP_MODE_DRV]);
    EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_SKB], one.prog_id[host::XDP_MODE_SKB]);
  });
}

TEST_F(OffloadStepsTwoModes, S49_BothGoWithTheirDevice) {
  EXPECT_TRUE(lab.attach_ret0(dev, kHw).ok());
  EXPECT_TRUE(lab.attach_ret0(dev, kDrv).ok());
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
  Device& next = lab.add_asic();
  EXPECT_EQ(lab.set_tc_offload(lab.port(next, 0), true), 0);
}

}  // namespace
}  // namespace host_test
