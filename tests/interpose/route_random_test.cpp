// Random netlink messages, well formed and not: the same errno as the running kernel's, message by message.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <map>

#include "base/rng.h"
#include "tests/interpose/route_messages.h"

namespace host_test {
namespace {

class Mutator {
 public:
  Mutator(RouteTwins& twins, uint64_t seed) : twins_(twins), rng_(seed) {}

  Buffer next() {
    Buffer request = rng_.below(2) == 0 ? link() : rng_.below(4) == 0 ? queue() : rule();
    if (rng_.below(4) == 0) break_length(request);
    if (rng_.below(16) == 0) request.resize(rng_.below(request.size()));
    return request;
  }

 private:
  template <typename T, size_t n>
  T one_of(const T (&values)[n]) {
    return values[rng_.below(n)];
  }
  Buffer value() {
    const int files[] = {twins_.xdp.get(), twins_.cls.get(), twins_.file.get(), -1,
                         RouteTwins::kClosed};
    switch (rng_.below(5)) {
      case 0:
        return Buffer(rng_.below(9));
      case 1:
        return raw(one_of(files));
      case 2:
        return raw(static_cast<uint32_t>(1u << rng_.below(32)));
      case 3:
        return raw(static_cast<uint32_t>(rng_.below(5)));
      default:
        return {'b', 'p', 'f', 0};
    }
  }
  template <size_t n>
  Buffer some(const uint16_t (&types)[n]) {
    Buffer out;
    for (uint64_t i = rng_.below(4); i > 0; --i) out = out + attr(one_of(types), value());
    return out;
  }
  uint16_t flags() {
    constexpr uint16_t kFlags[] = {
        0, NLM_F_CREATE, kCreate, NLM_F_REPLACE, NLM_F_CREATE | NLM_F_REPLACE, NLM_F_EXCL};
    return kAsk | one_of(kFlags);
  }
  // Nothing that takes the device away: it has to be there for the next one.
  Buffer link() {
    constexpr uint16_t kTypes[] = {RTM_NEWLINK, RTM_SETLINK};
    constexpr uint16_t kNested[] = {IFLA_XDP_FD,    IFLA_XDP_ATTACHED, IFLA_XDP_FLAGS,
                                    IFLA_XDP_FLAGS, IFLA_XDP_PROG_ID,  77};
    constexpr uint16_t kOuter[] = {IFLA_NET_NS_FD, 200};
    constexpr int kIndices[] = {RouteTwins::kIndex, RouteTwins::kIndex, 0, -1, 12345};
    const Buffer nested = attr(IFLA_XDP, some(kNested));
    return message(one_of(kTypes), flags() & ~NLM_F_CREATE,
                   link_head(one_of(kIndices)) + some(kOuter) + nested);
  }
  Buffer queue() {
    constexpr uint16_t kTypes[] = {RTM_NEWQDISC, RTM_DELQDISC};
    constexpr uint32_t kHandles[] = {0, 0xffff0000, 0x10000, 0x10001};
    const char* const kKinds[] = {"ingress", "clsact", "nosuch", ""};
    const Buffer kind = rng_.below(4) == 0 ? Buffer{} : text(TCA_KIND, one_of(kKinds));
    return qdisc(one_of(kTypes), flags(), kind, TC_H_CLSACT, one_of(kHandles));
  }
  Buffer rule() {
    constexpr uint16_t kTypes[] = {RTM_NEWTFILTER, RTM_NEWTFILTER, RTM_DELTFILTER};
    constexpr uint16_t kNested[] = {TCA_BPF_FD,        TCA_BPF_FD,      TCA_BPF_FLAGS,
                                    TCA_BPF_FLAGS_GEN, TCA_BPF_NAME,    TCA_BPF_OPS,
                                    TCA_BPF_OPS_LEN,   TCA_BPF_CLASSID, 77};
    constexpr uint16_t kOuter[] = {TCA_CHAIN, TCA_CHAIN, 200};
    constexpr uint32_t kPlaces[] = {0, 0x0300, 0x7'0000, 0x7'0300, 0x7'0008};
    constexpr uint32_t kParents[] = {kIngress, kIngress, kIngress, 0xffff0000, 0};
    const char* const kKinds[] = {"bpf", "bpf", "bpf", "nosuch"};
    const Buffer kind = rng_.below(4) == 0 ? Buffer{} : text(TCA_KIND, one_of(kKinds));
    return message(
        one_of(kTypes), flags(),
        tc_head(one_of(kParents), one_of(kPlaces), static_cast<uint32_t>(rng_.below(3))) + kind +
            some(kOuter) + attr(TCA_OPTIONS, some(kNested)));
  }
  // Of the message, or behind the structures, whose indices and parents have to stay those of the device.
  void break_length(Buffer& request) {
    const size_t at = rng_.below(3) == 0 ? 0 : sizeof(nlmsghdr) + sizeof(tcmsg) + 4 * rng_.below(8);
    if (at < request.size()) request[at] = static_cast<uint8_t>(rng_.below(64));
  }

  RouteTwins& twins_;
  base::Rng rng_;
};

TEST_F(RouteAndKernel, AgreeOnRandomMessages) {
  Mutator mutator(twins_, 11);
  std::map<int, unsigned> seen;  // by error
  for (unsigned i = 0; i < 20'000; ++i) {
    const Buffer request = mutator.next();
    std::string bytes;
    for (const uint8_t byte : request) bytes += fmt::format("{:02x}", byte);
    ASSERT_TRUE(agree(fmt::format("message {}: {}", i, bytes), request));
    for (const int error : twins_.errors_of_kernel(request)) ++seen[error];
  }
  for (const int error : {0, -EINVAL, -ERANGE, -ENOENT, -EEXIST, -EBADF, -EOPNOTSUPP})
    EXPECT_GT(seen[error], 100u) << error;
}

}  // namespace
}  // namespace host_test
