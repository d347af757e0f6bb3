// Malformed and odd netlink messages: the card's network device answers with the errno that the running kernel gives for its own.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/filter.h>

#include <cstring>

#include "tests/interpose/route_messages.h"

namespace host_test {
namespace {

TEST_F(RouteAndKernel, AgreeOnFilters) {
  const Buffer prog = fd(TCA_BPF_FD, twins_.cls.get());
  const Buffer code = raw(sock_filter{BPF_RET | BPF_K, 0, 0, 1});
  const Buffer ops = attr(TCA_BPF_OPS, code), one = attr(TCA_BPF_OPS_LEN, raw(uint16_t{1}));
  const Buffer two = attr(TCA_BPF_OPS_LEN, raw(uint16_t{2}));
  const auto flags = [](uint32_t value) { return u32(TCA_BPF_FLAGS, value); };
  const auto gen = [](uint32_t value) { return u32(TCA_BPF_FLAGS_GEN, value); };
  const auto closed = fd(TCA_BPF_FD, RouteTwins::kClosed);
  ASSERT_TRUE(agree("clsact", qdisc(RTM_NEWQDISC, kCreate, text(TCA_KIND, "clsact"))));
  const struct {
    const char* what;
    Buffer options;
  } kOptions[] = {
      {"a program", prog},
      {"direct action", prog + flags(TCA_BPF_FLAG_ACT_DIRECT)},
      {"bytecode", ops + one},
      {"bytecode without its length", ops},
      {"the length of bytecode alone", one},
      {"neither", {}},
      {"a program and bytecode", prog + ops + one},
      {"a program and bytecode of another length", prog + ops + two},
      {"a program and half an instruction", prog + attr(TCA_BPF_OPS, Buffer(7)) + one},
      {"a program and bytecode without its length", prog + ops},
      {"a program and a length of bytecode", prog + one},
      {"bytecode of another length", ops + two},
      {"bytecode of no instruction", attr(TCA_BPF_OPS, {}) + attr(TCA_BPF_OPS_LEN, Buffer(2))},
      {"a length of one byte", ops + attr(TCA_BPF_OPS_LEN, Buffer(1))},
      {"a program and a length of one byte", prog + attr(TCA_BPF_OPS_LEN, Buffer(1))},
      {"a length of four bytes", ops + u32(TCA_BPF_OPS_LEN, 1)},
      {"a descriptor of two bytes", attr(TCA_BPF_FD, Buffer(2))},
      {"a descriptor of eight bytes", attr(TCA_BPF_FD, raw(twins_.cls.get()) + Buffer(4))},
      {"a closed descriptor", closed},
      {"a negative descriptor", fd(TCA_BPF_FD, -1)},
      {"a program of another type", fd(TCA_BPF_FD, twins_.xdp.get())},
      {"another file", fd(TCA_BPF_FD, twins_.file.get())},
      {"a closed descriptor and bytecode", closed + ops + one},
      {"two descriptors, the last one closed", prog + closed},
      {"two descriptors, the first one closed", closed + prog},
      {"unknown flags", prog + flags(2)},
      {"flags of one byte", prog + attr(TCA_BPF_FLAGS, Buffer(1))},
      {"unknown flags of offload", prog + gen(64)},
      {"flags of offload of three bytes", prog + attr(TCA_BPF_FLAGS_GEN, Buffer(3))},
      {"unknown flags of offload and a closed descriptor", closed + gen(64)},
      {"neither hardware nor software", prog + gen(TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW)},
      {"hardware that offers nothing", prog + gen(TCA_CLS_FLAGS_SKIP_SW)},
      {"software", prog + gen(TCA_CLS_FLAGS_SKIP_HW)},
      {"a flag that only the kernel sets", prog + gen(TCA_CLS_FLAGS_IN_HW)},
      {"verbose", prog + gen(TCA_CLS_FLAGS_VERBOSE)},
      {"a long name", prog + text(TCA_BPF_NAME, std::string(300, 'x'))},
      {"the longest name", prog + text(TCA_BPF_NAME, std::string(255, 'x'))},
      {"a name of 256 bytes", prog + text(TCA_BPF_NAME, std::string(256, 'x'))},
      {"a name without an end", prog + attr(TCA_BPF_NAME, {'x'})},
      {"an empty name", prog + attr(TCA_BPF_NAME, {})},
      {"a class of two bytes", prog + attr(TCA_BPF_CLASSID, Buffer(2))},
      {"an attribute of no known type", prog + u32(77, 1)},
      {"bytes behind the last attribute", prog + Buffer{1, 2, 3}},
      {"an attribute beyond the end", prog + raw(nlattr{200, TCA_BPF_NAME})},
      {"an attribute without length", prog + raw(nlattr{0, TCA_BPF_NAME}) + Buffer(4)},
  };
  for (const auto& row : kOptions) agree(row.what, filter(row.options));

  const Buffer kind = text(TCA_KIND, "bpf"), good = attr(TCA_OPTIONS, prog);
  const auto add = [](uint16_t more, const Buffer& head, const Buffer& rest) {
    return message(RTM_NEWTFILTER, kAsk | more, head + rest);
  };
  const Buffer head = tc_head(kIngress, kAll);
  const uint32_t at = TC_H_MAKE(7u << 16, kAll);
  const struct {
    const char* what;
    Buffer request;
  } kMessages[] = {
      {"no kind", add(kCreate, head, good)},
      {"no options", add(kCreate, head, kind)},
      {"options of three bytes", add(kCreate, head, kind + attr(TCA_OPTIONS, Buffer(3)))},
      {"deletion with options of three bytes",
       message(RTM_DELTFILTER, kAsk, head + kind + attr(TCA_OPTIONS, Buffer(3)))},
      {"a kind with an end in its midst",
       add(kCreate, head, attr(TCA_KIND, Buffer{'b', 'p', 'f'} + Buffer(20)) + good)},
      {"empty options", add(kCreate, head, kind + attr(TCA_OPTIONS, {}))},
      {"an unknown kind", add(kCreate, head, text(TCA_KIND, "nosuch") + good)},
      {"a long kind", add(kCreate, head, text(TCA_KIND, std::string(20, 'x')) + good)},
      {"an empty kind", add(kCreate, head, attr(TCA_KIND, {}) + good)},
      {"a chain of one byte", add(kCreate, head, kind + attr(TCA_CHAIN, Buffer(1)) + good)},
      {"a chain beyond the last", add(kCreate, head, kind + u32(TCA_CHAIN, 1 << 28) + good)},
      {"no protocol", add(kCreate, tc_head(kIngress, 0), kind + good)},
      {"no priority and nothing to create", add(0, head, kind + good)},
      {"nothing to replace", add(0, tc_head(kIngress, at), kind + good)},
      {"nothing to replace, exclusively", add(NLM_F_EXCL, tc_head(kIngress, at), kind + good)},
      {"nothing to replace, badly", add(0, tc_head(kIngress, at), kind)},
      {"no parent", add(kCreate, tc_head(0, kAll), kind + good)},
      {"a parent that is not there", add(kCreate, tc_head(0x10000, kAll), kind + good)},
      {"a place", add(kCreate, tc_head(kIngress, at, 1), kind + good)},
      {"the same place", add(kCreate, tc_head(kIngress, at, 1), kind + good)},
      {"the same place, badly", add(kCreate, tc_head(kIngress, at, 1), kind)},
      {"another protocol", add(kCreate, tc_head(kIngress, at - 0x100, 2), kind + good)},
      {"another kind there", add(kCreate, tc_head(kIngress, at, 2), text(TCA_KIND, "u32") + good)},
      {"no kind where there is one", add(kCreate, tc_head(kIngress, at, 2), good)},
      {"a change without creation", add(0, tc_head(kIngress, at, 1), kind + good)},
      {"a change to other flags",
       add(0, tc_head(kIngress, at, 1), kind + attr(TCA_OPTIONS, prog + gen(1)))},
      {"deletion of another handle", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 9))},
      {"deletion of another kind",
       message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 1) + text(TCA_KIND, "u32"))},
      {"deletion in a chain of one byte",
       message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 1) + attr(TCA_CHAIN, Buffer(1)))},
      {"deletion in another chain",
       message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 1) + u32(TCA_CHAIN, 5))},
      {"deletion", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 1) + kind)},
      {"deletion of it again", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, at, 1) + kind)},
      {"deletion of all with a handle", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, 0, 1))},
      {"deletion of all of a protocol", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, kAll))},
      {"deletion of all of a kind", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, 0) + kind)},
      {"deletion of all", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, 0))},
      {"deletion of all of none", message(RTM_DELTFILTER, kAsk, tc_head(kIngress, 0))},
  };
  for (const auto& row : kMessages) agree(row.what, row.request);
}

TEST_F(RouteAndKernel, AgreeOnQdiscs) {
  const Buffer ingress = text(TCA_KIND, "ingress"), clsact = text(TCA_KIND, "clsact");
  const struct {
    const char* what;
    Buffer request;
  } kMessages[] = {
      {"deletion of none", qdisc(RTM_DELQDISC, 0, ingress)},
      {"no kind", qdisc(RTM_NEWQDISC, kCreate, {})},
      {"an empty kind", qdisc(RTM_NEWQDISC, kCreate, attr(TCA_KIND, {}))},
      {"a long kind", qdisc(RTM_NEWQDISC, kCreate, attr(TCA_KIND, Buffer(40, 'x')))},
      {"an unknown kind", qdisc(RTM_NEWQDISC, kCreate, text(TCA_KIND, "nosuch"))},
      {"nothing to create", qdisc(RTM_NEWQDISC, 0, clsact)},
      {"clsact", qdisc(RTM_NEWQDISC, kCreate, clsact)},
      {"again", qdisc(RTM_NEWQDISC, kCreate, clsact)},
      {"again, not exclusively", qdisc(RTM_NEWQDISC, NLM_F_CREATE, clsact)},
      {"again as a replacement", qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, clsact)},
      {"a change", qdisc(RTM_NEWQDISC, 0, clsact)},
      {"another kind", qdisc(RTM_NEWQDISC, NLM_F_CREATE, ingress)},
      {"no kind, there", qdisc(RTM_NEWQDISC, NLM_F_CREATE, {})},
      {"deletion of another kind", qdisc(RTM_DELQDISC, 0, ingress)},
      {"deletion of an unknown kind", qdisc(RTM_DELQDISC, 0, text(TCA_KIND, "u"))},
      {"deletion by another handle", qdisc(RTM_DELQDISC, 0, clsact, TC_H_CLSACT, 0x10000)},
      {"deletion without a kind", qdisc(RTM_DELQDISC, 0, {})},
      {"deletion of it again", qdisc(RTM_DELQDISC, 0, {})},
      {"ingress without a handle", qdisc(RTM_NEWQDISC, kCreate, ingress, TC_H_INGRESS, 0)},
      {"deletion without a handle", qdisc(RTM_DELQDISC, 0, ingress, TC_H_INGRESS, 0)},
  };
  for (const auto& row : kMessages) agree(row.what, row.request);
}

TEST_F(RouteAndKernel, AgreeOnLinks) {
  const auto xdp = [](const Buffer& nested) { return attr(IFLA_XDP, nested); };
  const auto flags = [](uint32_t value) { return u32(IFLA_XDP_FLAGS, value); };
  const Buffer on = fd(IFLA_XDP_FD, twins_.xdp.get()), off = fd(IFLA_XDP_FD, -1);
  const Buffer closed = fd(IFLA_XDP_FD, RouteTwins::kClosed);
  const Buffer replaces = flags(XDP_FLAGS_REPLACE);
  const auto expects = [](int value) { return fd(IFLA_XDP_EXPECTED_FD, value); };
  const struct {
    const char* what;
    Buffer attributes;
  } kAttributes[] = {
      {"nothing", {}},
      {"a program", xdp(on)},
      {"the same program", xdp(on)},
      {"no program", xdp(off)},
      {"no descriptor", xdp(flags(XDP_FLAGS_SKB_MODE))},
      {"an empty attribute", xdp({})},
      {"an attribute shorter than its header", raw(nlattr{3, IFLA_XDP})},
      {"what only the kernel says", xdp(off + attr(IFLA_XDP_ATTACHED, Buffer(1)))},
      {"what only the kernel says, empty", xdp(off + attr(IFLA_XDP_ATTACHED, {}))},
      {"an id", xdp(off + u32(IFLA_XDP_PROG_ID, 0))},
      {"an id of one byte", xdp(off + attr(IFLA_XDP_PROG_ID, Buffer(1)))},
      {"a descriptor of two bytes", xdp(attr(IFLA_XDP_FD, Buffer(2)))},
      {"a descriptor of eight bytes", xdp(attr(IFLA_XDP_FD, Buffer(8, 0xff)))},
      {"flags of one byte", xdp(off + attr(IFLA_XDP_FLAGS, Buffer(1)))},
      {"unknown flags", xdp(off + flags(1u << 30))},
      {"unknown flags without a descriptor", xdp(flags(1u << 30))},
      {"two modes", xdp(off + flags(XDP_FLAGS_SKB_MODE | XDP_FLAGS_HW_MODE))},
      {"two modes without a descriptor", xdp(flags(XDP_FLAGS_SKB_MODE | XDP_FLAGS_HW_MODE))},
      {"a closed descriptor", xdp(closed)},
      {"a closed descriptor and unknown flags", xdp(closed + flags(1u << 30))},
      {"a program of another type", xdp(fd(IFLA_XDP_FD, twins_.cls.get()))},
      {"another file", xdp(fd(IFLA_XDP_FD, twins_.file.get()))},
      {"a replacement of nothing", xdp(on + replaces)},
      {"a replacement of none", xdp(on + replaces + expects(-1))},
      {"a replacement of none again", xdp(on + replaces + expects(-1))},
      {"a replacement of it", xdp(on + replaces + expects(twins_.xdp.get()))},
      {"a replacement of a closed descriptor", xdp(on + replaces + expects(RouteTwins::kClosed))},
      {"an expectation of one byte", xdp(on + replaces + attr(IFLA_XDP_EXPECTED_FD, Buffer(1)))},
      {"a descriptor of -2", xdp(fd(IFLA_XDP_FD, -2))},
      {"the hardware, for a program of the host", xdp(on + flags(XDP_FLAGS_HW_MODE))},
      {"generic", xdp(on + flags(XDP_FLAGS_SKB_MODE))},
      {"native beside generic", xdp(on + flags(XDP_FLAGS_DRV_MODE))},
      {"no native", xdp(off + flags(XDP_FLAGS_DRV_MODE))},
      {"no generic", xdp(off + flags(XDP_FLAGS_SKB_MODE))},
      {"bytes behind the last attribute", xdp(off + Buffer{1, 2, 3})},
      {"an attribute beyond the end", xdp(off + raw(nlattr{99, IFLA_XDP_FLAGS}))},
      {"two descriptors", xdp(closed + off)},
      {"two attributes", xdp(closed) + xdp(off)},
      {"an MTU", u32(IFLA_MTU, 1400)},
      {"an MTU of one byte", attr(IFLA_MTU, Buffer(1))},
      {"an MTU of 0", u32(IFLA_MTU, 0)},
      {"a large MTU", u32(IFLA_MTU, 70'000)},
      {"a negative MTU", u32(IFLA_MTU, UINT32_MAX)},
      {"its name", text(IFLA_IFNAME, "nic0")},
      {"an empty name", text(IFLA_IFNAME, "")},
      {"a name without bytes", attr(IFLA_IFNAME, {})},
      {"a name of 16 bytes", text(IFLA_IFNAME, std::string(16, 'x'))},
      {"a name with a slash", text(IFLA_IFNAME, "a/b")},
      {"a name with a colon", text(IFLA_IFNAME, "a:b")},
      {"a name with a blank", text(IFLA_IFNAME, "a b")},
      {"a name of two dots", text(IFLA_IFNAME, "..")},
      {"a name with a wrong pattern", text(IFLA_IFNAME, "a%s")},
      {"a name of 15 bytes without an end", attr(IFLA_IFNAME, Buffer(15, 'x'))},
      {"its name again", text(IFLA_IFNAME, "nic0")},
      {"a namespace of one byte", attr(IFLA_NET_NS_FD, Buffer(1))},
      {"a namespace that is closed", fd(IFLA_NET_NS_FD, RouteTwins::kClosed)},
      {"another file as namespace", fd(IFLA_NET_NS_FD, twins_.file.get())},
      {"the namespace of no process", u32(IFLA_NET_NS_PID, 0x7fff'fff0)},
      {"the namespace of process 0", u32(IFLA_NET_NS_PID, 0)},
      {"two namespaces", u32(IFLA_NET_NS_PID, 0) + fd(IFLA_NET_NS_FD, RouteTwins::kClosed)},
      {"a process of one byte", attr(IFLA_NET_NS_PID, Buffer(1))},
      {"an attribute of no known type", u32(200, 1)},
      {"an attribute beyond the end, outside", raw(nlattr{99, IFLA_MTU})},
      {"an MTU and a closed descriptor", u32(IFLA_MTU, 1300) + xdp(closed)},
  };
  for (const auto& row : kAttributes) {
    agree(row.what, set_link(row.attributes));
    agree(std::string(row.what) + ", by RTM_NEWLINK", set_link(row.attributes, RTM_NEWLINK));
  }
  const Buffer name = text(IFLA_IFNAME, "nic0"), wrong = text(IFLA_IFNAME, "nosuch0");
  for (const uint16_t type : {RTM_SETLINK, RTM_NEWLINK}) {
    agree("by name", set_link(name, type, 0, 0));
    agree("by another name", set_link(wrong, type, 0, 0));
    agree("by its other name", set_link(text(IFLA_ALT_IFNAME, "nic0"), type, 0, 0));
    agree("by no name", set_link(u32(IFLA_MTU, 1500), type, 0, 0));
    agree("a negative index", set_link(name, type, 0, -3));
    agree("another index", set_link({}, type, 0, 12345));
    agree("exclusively", set_link({}, type, NLM_F_EXCL));
    agree("created exclusively", set_link({}, type, kCreate));
    agree("created", set_link({}, type, NLM_F_CREATE));
    agree("replaced", set_link({}, type, NLM_F_REPLACE));
  }
}

TEST_F(RouteAndKernel, AgreeOnFraming) {
  ASSERT_TRUE(agree("clsact", qdisc(RTM_NEWQDISC, kCreate, text(TCA_KIND, "clsact"))));
  const Buffer heads[] = {link_head(), tc_head(kIngress, kAll)};
  for (const uint16_t type : {RTM_NEWLINK, RTM_SETLINK, RTM_GETLINK, RTM_NEWQDISC, RTM_DELQDISC,
                              RTM_NEWTFILTER, RTM_DELTFILTER}) {
    const Buffer& head = heads[type < RTM_NEWQDISC ? 0 : 1];
    for (size_t bytes = 0; bytes <= head.size(); ++bytes) {
      agree(fmt::format("type {}, {} bytes", type, bytes),
            message(type, kAsk, Buffer(head.begin(), head.begin() + static_cast<long>(bytes))));
    }
    for (const int more : {-1, 1, 4, 1000}) {
      Buffer request = message(type, kAsk, head);
      const auto length = static_cast<uint32_t>(request.size()) + static_cast<uint32_t>(more);
      std::memcpy(request.data(), &length, sizeof length);
      agree(fmt::format("type {}, a length of {} bytes more", type, more), request);
    }
    agree(fmt::format("type {}, no request", type), message(type, NLM_F_ACK, head));
    agree(fmt::format("type {}, nothing at all", type), message(type, 0, head));
  }
  for (const uint16_t type : std::initializer_list<uint16_t>{0, 1, 2, 3, 4, 15}) {
    agree(fmt::format("type {}", type),
          message(type, kAsk, heads[0]) + message(RTM_SETLINK, kAsk, heads[0]));
  }
  const Buffer good = set_link(u32(IFLA_MTU, 1400)), bad = set_link(u32(IFLA_MTU, 0));
  agree("several messages", good + bad + good);
  agree("several messages and a bit", good + bad + good + Buffer(7));
  agree("a message between two halves", Buffer(8) + good);
  Buffer silent = good;
  silent[6] = NLM_F_REQUEST, silent[7] = 0;
  agree("silence on success", silent + bad);
}

}  // namespace
}  // namespace host_test
