// The running kernel's verifier is asked, and what it answers is compared with our own answer.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/kernel_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "host-driver/kernel_bpf.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/support/kernel_oracle.h"

namespace host {
namespace {

using testing::HasSubstr;

class KernelVerify : public testing::Test {
 protected:
  void SetUp() override {
    const test_support::KernelAvailability kernel = test_support::kernel_availability();
    if (kernel.usable) return;
    if (kernel.must_fail) FAIL() << kernel.reason;
    GTEST_SKIP() << kernel.reason;
  }
};

ebpf::Program program_of(const char* text) {
  auto program = ebpf::program_from_text(text, "test");
  EXPECT_TRUE(program) << program.error().text();
  return *program;
}

constexpr const char* kReturnsTwo = "# type xdp\nb700000002000000\n9500000000000000\n";
constexpr const char* kReturnsNothing = "# type xdp\n9500000000000000\n";
// r0 = *(u64 *)(r10 - 8): the running kernel lets privileged programs read what they never wrote.
constexpr const char* kReadsUnwrittenStack = "# type xdp\n79a0f8ff00000000\n9500000000000000\n";

TEST_F(KernelVerify, AgreesOnASafeProgram) {
  const auto compared = verify_in_kernel(program_of(kReturnsTwo));
  ASSERT_TRUE(compared) << compared.error().text();
  EXPECT_FALSE(compared->differs());
  EXPECT_THAT(compared->text(), HasSubstr("accepts the program, as we do"));
  EXPECT_THAT(compared->text(), HasSubstr(compared->release));
}

TEST_F(KernelVerify, AgreesOnARefusalAndGivesBothCauses) {
  const auto compared = verify_in_kernel(program_of(kReturnsNothing));
  ASSERT_TRUE(compared) << compared.error().text();
  EXPECT_FALSE(compared->differs());
  EXPECT_THAT(compared->text(), HasSubstr("refuses the program, as we do: R0 !read_ok"));
  EXPECT_THAT(compared->text(), HasSubstr("ours: insn 0: R0 !read_ok"));
}

TEST_F(KernelVerify, ReportsADifference) {
  const auto compared = verify_in_kernel(program_of(kReadsUnwrittenStack));
  ASSERT_TRUE(compared) << compared.error().text();
  EXPECT_TRUE(compared->differs());
  EXPECT_THAT(compared->text(), HasSubstr("accepts the program, we refuse it: insn 0:"));
}

TEST_F(KernelVerify, LoadsTheMapsOfTheProgram) {
  // *(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map[0]; call 1; r0 = 2; exit
  const auto compared = verify_in_kernel(
      program_of("# type xdp\n# map counts 1 4 8 16 0\n620afcff00000000\nbfa2000000000000\n"
                 "07020000fcffffff\n1811000000000000\n0000000000000000\n8500000001000000\n"
                 "b700000002000000\n9500000000000000\n"));
  ASSERT_TRUE(compared) << compared.error().text();
  EXPECT_TRUE(compared->kernel.accepted) << compared->kernel.cause;
  EXPECT_TRUE(compared->own.accepted) << compared->own.cause;
}

// Callbacks, locks in maps, tail calls out of functions: the kernel judges them with the object's types only.
TEST_F(KernelVerify, GivesTheKernelTheTypesOfTheObject) {
  const auto object =
      ebpf::load_object(MILLRACE_BINARY_DIR "/tests/ebpf/objects/verifier_features.o");
  ASSERT_TRUE(object) << object.error().text();
  ASSERT_FALSE(object->programs.empty());
  for (const ebpf::Program& program : object->programs) {
    SCOPED_TRACE(program.name);
    const auto compared = verify_in_kernel(program, ebpf::types_of(*object, program));
    ASSERT_TRUE(compared) << compared.error().text();
    EXPECT_FALSE(compared->differs()) << compared->text();
    EXPECT_EQ(compared->kernel.accepted, program.name.starts_with("accept_")) << compared->text();
  }
}

TEST_F(KernelVerify, SaysThatTheTypesAreRefused) {
  ebpf::KernelTypes types;
  types.btf = {1, 2, 3, 4};
  const auto compared = verify_in_kernel(program_of(kReturnsNothing), types);
  ASSERT_TRUE(compared) << compared.error().text();
  EXPECT_THAT(compared->text(), HasSubstr("loaded without its BTF, which is refused"));
}

TEST_F(KernelVerify, NamesTheMapThatTheKernelRefuses) {
  ebpf::Program program = program_of(kReturnsTwo);
  program.maps.push_back({"absurd", BPF_MAP_TYPE_HASH, 0, 8, 16, 0, {}, {}, {}});
  const auto compared = verify_in_kernel(program);
  ASSERT_FALSE(compared);
  EXPECT_EQ(compared.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(compared.error().message,
              HasSubstr("the running kernel refuses map absurd of type 1: Invalid argument"));
}

// A signal interrupts the kernel's verifier.
TEST_F(KernelVerify, AnswersWhileSignalsArrive) {
  struct sigaction ignored {
  }, before{};
  ignored.sa_handler = [](int) {};
  sigaction(SIGALRM, &ignored, &before);
  const itimerval often{{0, 100}, {0, 100}}, never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  for (int i = 0; i < 200; ++i) {
    const auto compared = verify_in_kernel(program_of(kReturnsTwo));
    EXPECT_TRUE(compared && compared->kernel.accepted)
        << (compared ? compared->text() : compared.error().text());
  }
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);
}

TEST_F(KernelVerify, SaysThatBpfIsRefused) {
  const auto ask_as_nobody = [] {
    if (setresuid(65534, 65534, 65534) != 0) std::_Exit(2);
    const auto compared = verify_in_kernel(program_of(kReturnsTwo));
    const std::string text = compared ? "answered" : compared.error().text();
    std::fputs(text.c_str(), stderr);
    std::_Exit(compared ? 1 : 0);
  };
  EXPECT_EXIT(ask_as_nobody(), testing::ExitedWithCode(0),
              "the running kernel cannot be asked: bpf\\(2\\) is refused: .*needs root or CAP_BPF");
}

}  // namespace
}  // namespace host
