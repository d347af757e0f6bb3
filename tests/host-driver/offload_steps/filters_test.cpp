// Steps 1 to 26: filters with and without offload.
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/offload_steps/steps.h"

namespace host_test {
namespace {

constexpr ClsBpfChange kAdd = ClsBpfChange::kCreate, kReplace = ClsBpfChange::kReplace;

TEST_F(OffloadSteps, S01_GenericProgramGoesWithItsDevice) {
  EXPECT_TRUE(lab.attach_ret0(dev, kSkb).ok());
  EXPECT_EQ(lab.programs(), 1u);
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
}

TEST_F(OffloadSteps, S02_FilterWithSkipHwLoads) {
  lab.set_tc_offload(dev, false);
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipHw}).ok());
}

TEST_F(OffloadSteps, S03_FilterWithoutFlagsStaysOnTheHost) {
  lab.set_tc_offload(dev, false);
  EXPECT_TRUE(lab.add_filter(dev, {}).ok());
  EXPECT_EQ(asic.bound_programs(), 0u);
}

TEST_F(OffloadSteps, S04_FlushLeavesNothing) {
  lab.set_tc_offload(dev, false);
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipHw}).ok());
  EXPECT_TRUE(lab.add_filter(dev, {}).ok());
  expect_left(0, 2);
  lab.flush(dev);
  expect_nothing_left();
}

TEST_F(OffloadSteps, S05_SkipSwWantsTheFeature) {
  lab.set_tc_offload(dev, false);
  EXPECT_REFUSED(lab.add_filter(dev, {.flags = kSkipSw}), "TC offload is disabled on net device");
  expect_nothing_left();
}

TEST_F(OffloadSteps, S06_UnboundFilterIsOfferedToTheDevice) {
  lab.set_knob(asic, "ports/0/bpf_tc_non_bound_accept", "Y");
  EXPECT_TRUE(lab.add_filter(dev, {}).ok());
  EXPECT_EQ(asic.bound_programs(), 0u);
  EXPECT_EQ(lab.filters(dev).size(), 1u);
  EXPECT_TRUE(is_in_hw());
}

TEST_F(OffloadSteps, S07_FlushOfAnUnboundFilterLeavesNothing) {
  lab.set_knob(asic, "ports/0/bpf_tc_non_bound_accept", "Y");
  EXPECT_TRUE(lab.add_filter(dev, {}).ok());
  lab.flush(dev);
  expect_nothing_left();
}

TEST_F(OffloadSteps, S08_BytecodeIsOfferedToTheDevice) {
  lab.set_knob(asic, "ports/0/bpf_tc_non_bound_accept", "Y");
  EXPECT_TRUE(lab.add_filter(dev, {.is_classic = true}).ok());
  EXPECT_EQ(asic.bound_programs(), 0u);
  EXPECT_EQ(lab.filters(dev).size(), 1u);
  EXPECT_TRUE(is_in_hw());
}

TEST_F(OffloadSteps, S09_BytecodeWithSkipSwIsRefused) {
  EXPECT_REFUSED(lab.add_filter(dev, {.flags = kSkipSw, .is_classic = true}),
                 "netdevsim: netdevsim configured to reject unbound programs");
  expect_nothing_left();
}

TEST_F(OffloadSteps, S10_OnlyChain0IsOffloaded) {
  EXPECT_REFUSED(lab.add_filter(dev, {.flags = kSkipSw, .chain = 1, .prio = 1, .handle = 1}),
                 "Driver supports only offload of chain 0");
  lab.flush(dev);
  expect_nothing_left();
}

void add_replace_delete(Lab& lab, net_device* dev, uint32_t flags) {
  const Filter options{.flags = flags, .prio = 1, .handle = 1};
  EXPECT_TRUE(lab.filter(dev, kAdd, options).ok());
  EXPECT_TRUE(lab.filter(dev, kReplace, options).ok());
  EXPECT_TRUE(lab.delete_filter(dev, options).ok());
  EXPECT_TRUE(lab.filters(dev).empty());
}

TEST_F(OffloadSteps, S11_ReplaceWithoutFlags) { add_replace_delete(lab, dev, 0); }
TEST_F(OffloadSteps, S12_ReplaceWithSkipSw) { add_replace_delete(lab, dev, kSkipSw); }
TEST_F(OffloadSteps, S13_ReplaceWithSkipHw) { add_replace_delete(lab, dev, kSkipHw); }

TEST_F(OffloadSteps, S14_ReplaceKeepsTheFlags) {
  const auto with = [](uint32_t flags) { return Filter{.flags = flags, .prio = 1, .handle = 1}; };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(lab.filter(dev, kReplace, with(0)).ok()) << i;
    EXPECT_FALSE(lab.filter(dev, kReplace, with(kSkipSw)).ok()) << i;
    EXPECT_FALSE(lab.filter(dev, kReplace, with(kSkipHw)).ok()) << i;
  }
  EXPECT_TRUE(lab.delete_filter(dev, with(0)).ok());
  expect_nothing_left();
}

void expect_silence(Lab& lab, net_device* dev) {
  for (const uint32_t flags : {uint32_t{0}, kSkipHw}) {
    const Filter options{.flags = flags, .prio = 1, .handle = 1};
    EXPECT_EQ(lab.filter(dev, kAdd, options).extack, "") << flags;
    EXPECT_EQ(lab.filter(dev, kReplace, options).extack, "") << flags;
    EXPECT_EQ(lab.delete_filter(dev, options).extack, "") << flags;
  }
}

TEST_F(OffloadSteps, S15_NoMessageOfADriverThatNeedNotOffload) { expect_silence(lab, dev); }

TEST_F(OffloadSteps, S16_NoMessageOfAFeatureThatIsOff) {
  lab.set_tc_offload(dev, false);
  expect_silence(lab, dev);
}

TEST_F(OffloadSteps, S17_NothingIsLeftAfterThem) {
  expect_silence(lab, dev);
  EXPECT_EQ(lab.set_tc_offload(dev, true), 0);
  lab.flush(dev);
  expect_nothing_left();
}

TEST_F(OffloadSteps, S18_VerifierLogOfTheDriver) {
  lab.set_knob(asic, "bpf_bind_verifier_accept", "0");
  const Answer answer = lab.add_filter(dev, {.flags = kSkipSw});
  EXPECT_EQ(answer.error, -EOPNOTSUPP);
  EXPECT_TRUE(has_line(answer.log, kHello)) << answer.log;
  expect_nothing_left();
}

TEST_F(OffloadSteps, S19_FilterWithSkipSwLoads) {
  const Answer answer = lab.add_filter(dev, {.flags = kSkipSw});
  EXPECT_TRUE(answer.ok());
  EXPECT_TRUE(has_line(answer.log, kHello)) << answer.log;
}

TEST_F(OffloadSteps, S20_OneProgramEverywhere) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  expect_left(1, 1);
  EXPECT_EQ(lab.filters(dev).size(), 1u);
}

TEST_F(OffloadSteps, S21_FlagsOfTheFilter) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  EXPECT_EQ(lab.filters(dev).at(0).flags_gen, kSkipSw | TCA_CLS_FLAGS_IN_HW);
}

TEST_F(OffloadSteps, S22_IdsAndTagsAgree) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  const uint32_t id = lab.ids(ObjectKind::kProg).at(0);
  const host::bpf_prog& filter = *lab.filters(dev).at(0).prog;
  EXPECT_EQ(filter.aux->id, id);
  const bpf_prog_info info = lab.program_info(id);
  EXPECT_TRUE(std::equal(filter.tag.begin(), filter.tag.end(), info.tag));
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/id"), std::to_string(id));
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/state"), "xlated");
  EXPECT_EQ(lab.knob(asic, "bpf_bound_progs/0/loaded"), "Y");
}

TEST_F(OffloadSteps, S23_FeatureStaysOnUnderAFilter) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  EXPECT_EQ(lab.set_tc_offload(dev, false), -EBUSY);
  EXPECT_EQ(lab.set_tc_offload(dev, true), 0);
}

TEST_F(OffloadSteps, S24_FlushOfAnOffloadedFilterLeavesNothing) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  lab.flush(dev);
  expect_nothing_left();
  EXPECT_TRUE(lab.filters(dev).empty());
}

TEST_F(OffloadSteps, S25_FeatureGoesOffWithoutFilters) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  lab.flush(dev);
  EXPECT_EQ(lab.set_tc_offload(dev, false), 0);
  EXPECT_EQ(lab.set_tc_offload(dev, true), 0);
}

TEST_F(OffloadSteps, S26_OffloadedFilterGoesWithItsDevice) {
  EXPECT_TRUE(lab.add_filter(dev, {.flags = kSkipSw}).ok());
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
}

}  // namespace
}  // namespace host_test
