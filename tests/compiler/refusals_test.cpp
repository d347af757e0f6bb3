// Every refusal of the driver's rules and limits: a program that meets it, the driver's words and the class of its errno.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <set>
#include <string>

#include "offload-compiler/check.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/refusal.h"
#include "tests/compiler/listener.h"

namespace {

using base::ErrorCode;
using firmware::Capability;
using offload::Rule;
using namespace test;

constexpr ErrorCode kInvalid = ErrorCode::kInvalidInput, kUnsupported = ErrorCode::kUnsupported,
                    kLimit = ErrorCode::kOutOfRange;

struct Refusal {
  std::string name;
  ebpf::Program program;
  ErrorCode code;
  std::string message;  // a part of it
  std::function<void(Capability&)> firmware = [](Capability&) {};
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

// The key of map 0 is at [r10 - 4].
Code key_pointer(int32_t offset = -4) {
  return Code{mov(2, 0), store(kBytes8, 10, -8, 2), mov_reg(2, 10), add(2, offset)} +
         ebpf_test::load_map(1, 0);
}

Code update(const Code& value) {
  return value + key_pointer() + mov_reg(3, 10) + add(3, -24) + mov(4, 0) +
         call(BPF_FUNC_map_update_elem);
}
const Code kUnknownValue = {call(BPF_FUNC_get_prandom_u32), store(kBytes8, 10, -24, 0),
                            store(kBytes8, 10, -16, 0)};

// Either of two values for r2: the byte in r5 decides.
Code either(const Code& one, const Code& other) {
  return Code{ebpf_test::jump_eq(5, 7, static_cast<int16_t>(one.size() + 1))} + one +
         op(BPF_JMP | BPF_JA, 0, 0, static_cast<int16_t>(other.size()), 0) + other;
}

std::vector<Refusal> instructions() {
  const auto globals = [] {
    return std::vector<ebpf::MapDef>{ebpf_test::map_def(".data", BPF_MAP_TYPE_ARRAY, 4, 8, 1)};
  };
  return {
      {"MoveWithSignExtension",
       xdp(with_unknown_byte({op(BPF_ALU64 | BPF_MOV | BPF_X, 5, 5, 8, 0)})), kInvalid,
       "instruction 0xbf with off 8 is newer than the driver, which knows off 0"},
      {"GlobalVariable", xdp(ebpf_test::wide(2, 0, BPF_PSEUDO_MAP_VALUE) + leave(), globals()),
       kInvalid, "offloaded maps have no direct value access (global variables)"},
      {"Modulo", xdp(with_unknown_byte({alu64(BPF_MOD, 5, 3)})), kInvalid,
       "[nfp] instruction 0x97 not supported"},
      {"ToLittleEndian", xdp(with_unknown_byte({op(BPF_ALU | BPF_END | BPF_TO_LE, 5, 0, 0, 16)})),
       kInvalid, "[nfp] instruction 0xd4 not supported"},
      {"FetchAdd",
       xdp(with_map_value({mov(2, 1), atomic(kBytes8, 0, 0, 2, BPF_ADD | BPF_FETCH)}),
           {array_map()}),
       kUnsupported, "[nfp] atomic op not implemented: 1"},
      {"StoreOfImmediate", xdp(with_packet(64, {op(BPF_ST | BPF_MEM | BPF_W, 2, 0, 0, 5)})),
       kUnsupported,
       "store of an immediate (opcode 0x62) fails in the driver's translation (defect B8)"},
  };
}

std::vector<Refusal> helpers() {
  const auto maps = [] { return std::vector<ebpf::MapDef>{array_map()}; };
  const Code event = ebpf_test::load_map(2, 0) + Code{mov_reg(4, 10), add(4, -8), mov(5, 8)} +
                     call(BPF_FUNC_perf_event_output) + leave();
  const Code buffer = {mov_reg(6, 1), mov(0, 0), store(kBytes8, 10, -8, 0)};
  const std::vector<ebpf::MapDef> events = {
      ebpf_test::map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4)};
  return {
      {"AdjustHead", xdp(Code{mov(2, 4), call(BPF_FUNC_xdp_adjust_head)} + leave()), kUnsupported,
       "[nfp] adjust_head not supported by FW", [](Capability& c) { c.adjust_head = {}; }},
      {"AdjustHeadMeta", xdp(Code{mov(2, 4), call(BPF_FUNC_xdp_adjust_head)} + leave()),
       kUnsupported,
       "[nfp] adjust_head: FW requires shifting metadata, not supported by the driver",
       [](Capability& c) { c.adjust_head.no_meta = false; }},
      {"AdjustTail", xdp(Code{mov(2, -4), call(BPF_FUNC_xdp_adjust_tail)} + leave()), kUnsupported,
       "[nfp] adjust_tail not supported by FW", [](Capability& c) { c.adjust_tail = false; }},
      {"Random", xdp(Code{call(BPF_FUNC_get_prandom_u32)} + leave()), kUnsupported,
       "[nfp] bpf_get_prandom_u32(): FW doesn't support random number generation",
       [](Capability& c) { c.random = false; }},
      {"Lookup", xdp(key_pointer() + call(BPF_FUNC_map_lookup_elem) + leave(), maps()),
       kUnsupported, "[nfp] map_lookup: not supported by FW",
       [](Capability& c) { c.map_lookup = false; }},
      {"Update", xdp(update(kUnknownValue) + leave(), maps()), kUnsupported,
       "[nfp] map_update: not supported by FW", [](Capability& c) { c.map_update = false; }},
      {"Delete", xdp(key_pointer() + call(BPF_FUNC_map_delete_elem) + leave(), maps()),
       kUnsupported, "[nfp] map_delete: not supported by FW",
       [](Capability& c) { c.map_delete = false; }},
      {"KeyInPacket",
       xdp(with_packet(64, ebpf_test::load_map(1, 0) + call(BPF_FUNC_map_lookup_elem)), maps()),
       kUnsupported, "[nfp] map_lookup: unsupported ptr type 8"},
      {"KeyAtVariableOffset",
       xdp(with_unknown_byte(Code{alu64(BPF_AND, 5, 4), mov(0, 0), store(kBytes8, 10, -8, 0),
                                  mov_reg(2, 10), add(2, -8), alu64_reg(BPF_ADD, 2, 5)} +
                             ebpf_test::load_map(1, 0) + call(BPF_FUNC_map_lookup_elem)),
           maps()),
       kUnsupported, "[nfp] map_lookup: variable pointer"},
      {"KeyUnaligned", xdp(key_pointer(-6) + call(BPF_FUNC_map_delete_elem) + leave(), maps()),
       kUnsupported, "[nfp] map_delete: unaligned stack pointer 6"},
      {"UpdateOfCounterNotZero",
       xdp(with_map_value(Code{mov(2, 1), atomic(kBytes8, 0, 8, 2, BPF_ADD)} +
                          update(kUnknownValue)),
           maps()),
       kUnsupported,
       "[nfp] value at offset 8/15 may be non-zero, bpf_map_update_elem() is required to "
       "initialize atomic counters to zero to avoid offload endian issues"},
      {"EventOutput", xdp(buffer + Code{mov_reg(1, 6), op(0xb4, 3, 0, 0, -1)} + event, events),
       kUnsupported, "[nfp] event_output: not supported by FW",
       [](Capability& c) { c.perf_event = false; }},
      {"EventOutputElsewhere", xdp(buffer + Code{mov_reg(1, 6), mov(3, 1)} + event, events),
       kUnsupported, "[nfp] event_output: must use BPF_F_CURRENT_CPU, var_off: (0x1; 0x0)"},
      {"EventOutputOfContext",
       xdp(Code{mov_reg(4, 1), op(0xb4, 3, 0, 0, -1), mov(5, 8)} + ebpf_test::load_map(2, 0) +
               call(BPF_FUNC_perf_event_output) + leave(),
           events),
       kUnsupported, "[nfp] event_output: unsupported ptr type: 2"},
      {"EventOutputUnaligned",
       xdp(buffer +
               Code{mov_reg(1, 6), op(0xb4, 3, 0, 0, -1), mov_reg(4, 10), add(4, -7), mov(5, 4)} +
               ebpf_test::load_map(2, 0) + call(BPF_FUNC_perf_event_output) + leave(),
           events),
       kUnsupported, "[nfp] event_output: unaligned stack pointer 7"},
      {"OtherHelper", xdp(Code{call(BPF_FUNC_ktime_get_ns)} + leave()), kUnsupported,
       "[nfp] unsupported function id: 5"},
  };
}

std::vector<Refusal> memory() {
  const auto maps = [] { return std::vector<ebpf::MapDef>{array_map()}; };
  const Code zero_stack = {mov(0, 0), store(kBytes8, 10, -8, 0), store(kBytes8, 10, -16, 0)};
  return {
      {"BaseIsMap", xdp(ebpf_test::load_map(2, 0) + load(kBytes4, 3, 2, 0) + leave(), maps()),
       kInvalid, "[nfp] unsupported ptr type: 3"},
      {"BaseChangesType",
       xdp(with_unknown_byte(zero_stack + either({mov_reg(6, 10), add(6, -8)}, {mov_reg(6, 2)}) +
                             load(kBytes1, 0, 6, 0))),
       kInvalid, "[nfp] ptr type changed for instruction"},
      {"StackVariable",
       xdp(with_unknown_byte(zero_stack + Code{alu64(BPF_AND, 5, 4), mov_reg(6, 10), add(6, -16),
                                               alu64_reg(BPF_ADD, 6, 5), load(kBytes1, 0, 6, 0)})),
       kInvalid, "[nfp] variable ptr stack access"},
      {"StackAlignmentChanges",
       xdp(with_unknown_byte(zero_stack +
                             either({mov_reg(6, 10), add(6, -8)}, {mov_reg(6, 10), add(6, -6)}) +
                             load(kBytes1, 0, 6, 0))),
       kInvalid, "[nfp] stack access changed location was:"},
      {"MapValueVariable",
       xdp(with_unknown_byte(Code{alu64(BPF_AND, 5, 7), mov_reg(6, 5)} + key_pointer() +
                             Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 2),
                                  alu64_reg(BPF_ADD, 0, 6), load(kBytes1, 2, 0, 0)}),
           maps()),
       kUnsupported, "[nfp] map value offset is variable"},
      {"MapValueBeyond", xdp(with_map_value({load(kBytes4, 2, 0, 16)}), maps()), kInvalid,
       "[nfp] map value access out-of-bounds"},
      {"MapWrite", xdp(with_map_value({mov(2, 1), store(kBytes4, 0, 0, 2)}), maps()), kUnsupported,
       "[nfp] map writes not supported"},
      {"ReadOfCounter",
       xdp(with_map_value({mov(2, 1), atomic(kBytes4, 0, 4, 2, BPF_ADD), load(kBytes8, 2, 0, 0)}),
           maps()),
       kUnsupported, "[nfp] map value use type conflict atomic vs read off: 4"},
      {"CountOfReadWord",
       xdp(with_map_value({load(kBytes4, 2, 0, 0), mov(2, 1), atomic(kBytes4, 0, 0, 2, BPF_ADD)}),
           maps()),
       kUnsupported, "[nfp] map value use type conflict read vs atomic off: 0"},
      {"CounterUpdatedBefore",
       xdp(update(kUnknownValue) + with_map_value({mov(2, 1), atomic(kBytes4, 0, 8, 2, BPF_ADD)}),
           maps()),
       kUnsupported,
       "[nfp] atomic counter in map value may already be initialized to non-zero value off: 8"},
      {"CounterOnStack",
       xdp(zero_stack + Code{mov(2, 1), atomic(kBytes8, 10, -8, 2, BPF_ADD)} + leave()),
       kUnsupported, "[nfp] atomic add not to a map value pointer: 6"},
      {"AddendIsPointer", xdp(with_map_value({atomic(kBytes8, 0, 0, 10, BPF_ADD)}), maps()),
       kUnsupported, "[nfp] atomic add not of a scalar: 6"},
      {"ContextStore", xdp(Code{mov(2, 1), store(kBytes4, 1, 12, 2)} + leave()), kUnsupported,
       "[nfp] unsupported store to context field"},
      {"QueueSelection", xdp(Code{mov(2, 1), store(kBytes4, 1, 16, 2)} + leave()), kUnsupported,
       "[nfp] queue selection not supported by FW", [](Capability& c) { c.queue_select = false; }},
      {"ContextLoad", xdp(Code{load(kBytes4, 2, 1, 12)} + leave()), kUnsupported,
       "load of 4 bytes at offset 12 of the xdp context fails in the driver's translation"},
      {"CopyBeforeExit",
       xdp(Code{mov(0, 2)} + Code{load(kBytes4, 2, 1, 0), load(kBytes4, 3, 1, 4), mov_reg(4, 2),
                                  add(4, 64), ebpf_test::jump_gt(4, 3, 2), load(kBytes8, 5, 2, 0),
                                  store(kBytes8, 2, 32, 5), exit_insn()}),
       kUnsupported,
       "insn 6: a load and store pair right before the last exit crashes the kernel's JIT (B6)"},
  };
}

std::vector<Refusal> arithmetic() {
  const Code wide = {load(kBytes8, 5, 2, 8)};  // an unknown 64-bit value
  const auto with_wide = [&](const Code& body) { return xdp(with_packet(64, wide + body)); };
  return {
      {"MultiplierTooWide", with_wide({alu64(BPF_MUL, 5, 3)}), kInvalid,
       "[nfp] multiplier is not within u32 value range"},
      {"MultiplicandTooWide", with_wide({mov(6, 3), alu64_reg(BPF_MUL, 6, 5)}), kInvalid,
       "[nfp] multiplicand is not within u32 value range"},
      {"MultiplicandNegative", xdp(with_unknown_byte({alu64(BPF_MUL, 5, -3)})), kInvalid,
       "[nfp] sign extended multiplicand won't be within u32 value range"},
      {"DividendTooWide", with_wide({alu64(BPF_DIV, 5, 3)}), kInvalid,
       "[nfp] dividend is not within u32 value range"},
      {"DivisorUnknown", xdp(with_unknown_byte({mov(6, 9), alu64_reg(BPF_DIV, 6, 5)})), kInvalid,
       "[nfp] divisor is not constant"},
      {"DivisorZero", xdp(with_unknown_byte({mov(6, 0), alu64_reg(BPF_DIV, 5, 6)})), kInvalid,
       "division by 0, allowed are 1 to 4294967295"},
      {"ShiftTooFar", xdp(with_unknown_byte({mov(6, 64), alu64_reg(BPF_LSH, 5, 6)})), kInvalid,
       "shift by 64 is out of range, allowed are 0 to 63"},
      {"DivisorTooWide", xdp(with_unknown_byte({mov(6, -1), alu64_reg(BPF_DIV, 5, 6)})), kInvalid,
       "[nfp] divisor is not within u32 value range"},
      {"DivisorNegative", xdp(with_unknown_byte({alu64(BPF_DIV, 5, -2)})), kInvalid,
       "[nfp] divide by negative constant is not supported"},
  };
}

std::vector<Refusal> exits_and_limits() {
  const auto stack_user = [](int16_t off) {
    return xdp(Code{mov(2, 0), store(kBytes8, 10, off, 2)} + leave());
  };
  Code filler;
  for (int i = 0; i < 8; ++i) filler.push_back(mov(3, i));
  ebpf::Program frags = xdp(leave());
  frags.flags = 32;
  ebpf::Program filter = xdp(leave());
  filter.type = ebpf::ProgType::kSocketFilter;
  std::vector<Refusal> refusals = {
      {"ExitUnknown", tc({load(kBytes4, 0, 1, 0), exit_insn()}), kInvalid,
       "[nfp] unsupported exit state: 1, var_off: (0x0; 0xffffffff)"},
      {"Words", xdp(filler + leave()), kLimit, "instruction limit reached (30 NFP instructions)",
       [](Capability& c) { c.max_words = 30; }},
      {"Stack", stack_user(-72), kLimit, "[nfp] stack too large: program 128B > FW stack 64B",
       [](Capability& c) { c.stack_bytes = 64; }},
      {"PacketOffset", xdp(with_packet(1900, {load(kBytes1, 5, 2, 1892)})), kLimit,
       "nfp: BPF offload not supported with potential packet access beyond HW packet split "
       "boundary"},
      {"ProgramFlags", frags, kInvalid, "program flags 0x20 cannot be offloaded, 0 can"},
      {"Verifier", xdp({exit_insn()}), kInvalid, "R0 !read_ok"},
      {"ProgramType", filter, kInvalid,
       "program type socket_filter cannot be offloaded, xdp and sched_cls can"},
  };
  for (const int code : {0, 1, 3, 6, 7})
    refusals.push_back({"Exit" + std::to_string(code), tc(leave(code)), kInvalid,
                        "[nfp] unsupported exit state: 1, imm: " + std::to_string(code)});
  return refusals;
}

std::vector<Refusal> maps() {
  const auto with = [](const ebpf::MapDef& map) {
    return xdp(ebpf_test::load_map(1, 0) + leave(), {map});
  };
  ebpf::MapDef flags = array_map();
  flags.flags = 1;
  return {
      {"MapWithoutKey", with(ebpf_test::map_def("m", BPF_MAP_TYPE_HASH, 0, 8, 8)), kInvalid,
       "map m: key size is 0, the kernel allows 1 or more"},
      {"MapArrayKey", with(ebpf_test::map_def("m", BPF_MAP_TYPE_ARRAY, 8, 8, 8)), kInvalid,
       "map m: key size is 8, the kernel allows 4 for an array"},
      {"MapWithoutValue", with(ebpf_test::map_def("m", BPF_MAP_TYPE_HASH, 4, 0, 8)), kInvalid,
       "map m: value size is 0, the kernel allows 1 or more"},
      {"MapWithoutEntries", with(ebpf_test::map_def("m", BPF_MAP_TYPE_HASH, 4, 8, 0)), kInvalid,
       "map m: max_entries is 0, the kernel allows 1 or more"},
      {"MapFlags", with(flags), kInvalid, "map counts: map flags are not supported"},
      {"MapType", with(ebpf_test::map_def("trie", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 8)), kUnsupported,
       "map trie: map type not supported"},
      {"MapCount", with(array_map()), kLimit, "map counts: too many maps for a device",
       [](Capability& c) { c.maps.max_maps = 0; }},
      {"MapElements", with(ebpf_test::map_def("large", BPF_MAP_TYPE_HASH, 4, 4, 4'000'000)), kLimit,
       "map large: map with too many elements: 4000000, left: 3072000"},
      {"MapElementSize", with(ebpf_test::map_def("fat", BPF_MAP_TYPE_HASH, 40, 40, 8)), kLimit,
       "map fat: map elements too large: 80, FW max element size (key+value): 64"},
      {"MapKey", with(ebpf_test::map_def("key", BPF_MAP_TYPE_HASH, 40, 4, 8)), kLimit,
       "map key: map key size 40, FW max is 32", [](Capability& c) { c.maps.max_key_bytes = 32; }},
      {"MapValue", with(ebpf_test::map_def("value", BPF_MAP_TYPE_HASH, 4, 40, 8)), kLimit,
       "map value: map value size 40, FW max is 32",
       [](Capability& c) { c.maps.max_value_bytes = 32; }},
  };
}

std::vector<Refusal> all_refusals() {
  std::vector<Refusal> all;
  for (const auto& part :
       {instructions(), helpers(), memory(), arithmetic(), exits_and_limits(), maps()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, InTheDriversWords) {
  const Refusal& refusal = GetParam();
  offload::Target target = *offload::parse_target("nfp/full");
  refusal.firmware(target.capability);
  const auto image = offload::compile(refusal.program, target);
  ASSERT_FALSE(image);
  EXPECT_NE(image.error().message.find(refusal.message), std::string::npos)
      << image.error().message;
  EXPECT_EQ(image.error().code, refusal.code);
}

INSTANTIATE_TEST_SUITE_P(All, Refused, testing::ValuesIn(all_refusals()),
                         [](const auto& param) { return param.param.name; });

// The rules that a case's program meets in the words of its message.
std::set<std::string> rules_met(const Refusal& refusal) {
  Capability capability = offload::parse_target("nfp/full")->capability;
  refusal.firmware(capability);
  std::set<std::string> met;
  for (const offload::Diagnostic& found : offload::check(refusal.program, capability).refusals) {
    // Of the messages that the table expects, those of an instruction have its number in front.
    if (refusal.message.find(found.message) != std::string::npos ||
        found.message.find(refusal.message) != std::string::npos)
      met.insert(found.rule);
  }
  return met;
}

// Rules that no whole program meets here, because the verifier is stricter than the driver or because the lowering never
// gets such a plan: asked directly.
struct Direct {
  Rule rule;
  std::function<std::vector<offload::Diagnostic>()> refusals;
};

std::vector<offload::Diagnostic> visited(Code code) {
  Listener listener(std::move(code));
  listener.visit(0);
  return listener.rules.refusals();
}

// The lowering of a plan whose facts nobody found.
std::vector<offload::Diagnostic> lowered(const Code& code,
                                         const std::function<void(offload::Plan&)>& change) {
  const ebpf::Program program = xdp(code);
  offload::ProgramFacts facts;
  facts.insns.resize(code.size());
  facts.frames = {{0, static_cast<uint32_t>(code.size()), 0, false}};
  offload::Plan plan = offload::make_plan(program, facts);
  change(plan);
  std::vector<offload::Diagnostic> refusals;
  static_cast<void>(offload::lower(plan, offload::parse_target("nfp/full")->capability, &refusals));
  return refusals;
}

std::vector<Direct> asked_directly() {
  const ebpf::Insn jump = op(BPF_JMP | BPF_JA, 0, 0, 0, 0);
  return {
      {Rule::kExtendedRegister, [] { return visited({mov_reg(11, 0)}); }},
      {Rule::kKernelAddress, [] { return visited(ebpf_test::wide(2, 1, BPF_PSEUDO_BTF_ID)); }},
      {Rule::kKernelCall,
       [] { return visited({op(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, 7)}); }},
      {Rule::kEventPointerChanged,
       [] {
         Listener listener({call(BPF_FUNC_perf_event_output)});
         listener.regs[3] = known(BPF_F_CURRENT_CPU);
         for (const RegType type : {RegType::kPacket, RegType::kStack}) {
           listener.regs[4] = pointer(type, type == RegType::kStack ? -8 : 0);
           listener.visit(0);
         }
         return listener.rules.refusals();
       }},
      {Rule::kPointerLowering,
       [] {
         return lowered({load(kBytes4, 2, 1, 0), exit_insn()}, [](offload::Plan&) {});
       }},
      {Rule::kRemovedTarget,
       [jump] {
         return lowered({jump, mov(0, 1), exit_insn()},
                        [](offload::Plan& plan) { plan.insns[1].skip = offload::Skip::kCombined; });
       }},
  };
}

TEST(Refusals, HaveACaseForEveryRowOfTheTable) {
  std::set<std::string> met;
  for (const Refusal& refusal : all_refusals()) {
    const std::set<std::string> rules = rules_met(refusal);
    EXPECT_FALSE(rules.empty()) << refusal.name;
    for (const std::string& rule : rules)
      EXPECT_EQ(offload::find_rule(rule)->code, refusal.code) << refusal.name;
    met.insert(rules.begin(), rules.end());
  }
  for (const Direct& direct : asked_directly()) {
    const offload::RuleSpec& spec = offload::spec_of(direct.rule);
    EXPECT_FALSE(met.contains(spec.name)) << spec.name << " needs no direct question";
    const std::vector<offload::Diagnostic> refusals = direct.refusals();
    ASSERT_EQ(refusals.size(), 1u) << spec.name;
    EXPECT_EQ(refusals[0].rule, spec.name);
    EXPECT_EQ(refusals[0].code, spec.code);
    met.insert(refusals[0].rule);
  }
  for (const offload::RuleSpec& spec : offload::kRuleSpecs)
    EXPECT_TRUE(met.contains(spec.name)) << "no case meets " << spec.name;
}

TEST(Target, NamesWhatExists) {
  EXPECT_TRUE(offload::parse_target("nfp"));
  EXPECT_EQ(offload::parse_target("nfp")->capability.profile, firmware::kDefaultProfile);
  const auto target = offload::parse_target("dpu");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message, "unknown target \"dpu\", known are nfp and nfp/PROFILE");
  EXPECT_FALSE(offload::parse_target("nfp/none"));
}

}  // namespace
