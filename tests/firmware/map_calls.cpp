// The test program behind map_calls::call, written for the assembler, and its call records.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/map_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/bits.h"
#include "base/rng.h"
#include "fpc/assembler.h"
#include "fpc/ecc.h"

namespace map_calls {
namespace {

// A packet is a count and records; a record is 32 words in (operation, table, flags, key, value) and 17 words out (R0,
// mismatch, value). Unused bytes of a key hold junk, which the routines must not look at.
constexpr size_t kHeaderBytes = 8, kRecordBytes = 248;
constexpr size_t kKeyAt = 16, kValueAt = 72, kR0At = 128, kMismatchAt = 136, kFoundAt = 140;
constexpr unsigned kFirstKept = 14,
                   kLastKept = 21;  // registers with patterns; 12 and 13 hold the program's state
constexpr unsigned kWords = 14;     // of a key, of a value
constexpr unsigned kLookupAt = 0x1e00, kUpdateAt = 0x1e10, kDeleteAt = 0x1e20;  // trampolines

constexpr std::string_view kReadRecord = R"(
.reg record gprA_12
.reg left gprB_12
.reg key_at gprA_13
.reg operation gprB_13
.reg mismatch gprA_11
    alu[record, --, B, *l$index1[2]]
    mem[read32_swap, $xfer_0, record, 0x0, 1], ctx_swap[sig1]
    alu[left, --, B, $xfer_0]
    alu[record, record, +, 0x8]
next_record:
    immed[--, 0x1f80]
    mem[read32_swap, $xfer_0, record, 0x0, 1], indirect_ref, ctx_swap[sig1]
    alu_shf[gprB_0, --, B, $xfer_0, >>8]
    alu[key_at, gprA_22, +, gprB_0]
    local_csr_wr[ActLMAddr3, key_at]
    nop
    nop
    nop
)";

constexpr std::string_view kCallRoutine = R"(
    alu[gprA_8, --, B, $xfer_2], gpr_wrboth
    alu[gprA_9, --, B, $xfer_3], gpr_wrboth
    alu[gprA_2, --, B, $xfer_1], gpr_wrboth
    alu[gprA_4, --, B, key_at], gpr_wrboth
    alu[gprA_6, key_at, +, 0x3c], gpr_wrboth
    local_csr_wr[ActLMAddr0, gprB_4]
    local_csr_wr[ActLMAddr2, gprB_6]
    alu[operation, 0xff, AND, $xfer_0]
    alu[--, 0x2, -, operation]
    beq[do_update]
    alu[--, 0x3, -, operation]
    beq[do_delete]
    br[lookup], defer[2]
    alu[gprA_0, --, B, gprA_2]
    immed[gprB_0, returned]
do_update:
    br[update], defer[2]
    alu[gprA_0, --, B, gprA_2]
    immed[gprB_0, returned]
do_delete:
    br[delete], defer[2]
    alu[gprA_0, --, B, gprA_2]
    immed[gprB_0, returned]
returned:
    alu[mismatch, gprA_0, XOR, gprB_0]
    alu[gprB_10, gprA_1, XOR, gprB_1]
    alu[mismatch, mismatch, OR, gprB_10]
    local_csr_rd[ActLMAddr0]
    immed[gprB_10, 0x0]
    alu[gprB_10, key_at, XOR, gprB_10]
    alu[mismatch, mismatch, OR, gprB_10]
)";

constexpr std::string_view kUseValue = R"(
    alu[--, gprA_0, OR, gprB_1]
    beq[write_record]
    alu[--, 0x4, -, operation]
    beq[add_one]
    alu[--, 0x1, -, operation]
    bne[write_record]
    immed[--, 0xd80]
    mem[read32_swap, $xfer_3, gprB_1, <<8, gprA_0, 1], indirect_ref, ctx_swap[sig1]
    br[write_found]
add_one:
    mem[add, $xfer_0, gprB_1, <<8, gprA_0, 1], ctx_swap[sig1], defer[1]
    alu[$xfer_0, --, B, 0x1]
    br[write_record]
write_found:
)";

constexpr std::string_view kWriteRecord = R"(
write_record:
    alu[$xfer_0, --, B, gprA_0]
    alu[$xfer_1, --, B, gprA_1]
    alu[$xfer_2, --, B, mismatch]
    alu[gprA_10, record, +, 0x80]
    immed[--, 0x1080]
    mem[write32_swap, $xfer_0, gprA_10, 0x0, 1], indirect_ref, ctx_swap[sig1]
    alu[record, record, +, 0xf8]
    alu[left, left, -, 0x1]
    bne[next_record]
    br[done], defer[1]
    immed[gprA_0, 0x1, <<16]
)";

std::string program_text() {
  std::string text(kReadRecord);
  const auto line = [&]<typename... Args>(fmt::format_string<Args...> format, Args&&... args) {
    text += fmt::format(format, std::forward<Args>(args)...) + "\n";
  };
  for (unsigned i = 0; i < kWords; ++i) line("alu[*l$index3++, --, B, $xfer_{}]", 4 + i);
  line("alu[*l$index3++, --, B, 0xff]");
  for (unsigned i = 0; i < kWords; ++i) line("alu[*l$index3++, --, B, $xfer_{}]", 4 + kWords + i);
  for (unsigned n = kFirstKept; n <= kLastKept; ++n) {
    line("immed[gprA_{}, {}]", n, 0x1000 + n);
    line("immed[gprB_{}, {}]", n, 0x2000 + n);
  }
  text += kCallRoutine;
  for (unsigned n = kFirstKept; n <= kLastKept; ++n) {
    line("immed[gprB_10, {}]", 0x1000 + n);
    line("alu[gprB_10, gprA_{}, XOR, gprB_10]", n);
    line("alu[mismatch, mismatch, OR, gprB_10]");
    line("immed[gprA_10, {}]", 0x2000 + n);
    line("alu[gprB_10, gprA_10, XOR, gprB_{}]", n);
    line("alu[mismatch, mismatch, OR, gprB_10]");
  }
  text += kUseValue;
  for (unsigned i = 0; i < kWords; ++i) line("alu[$xfer_{}, --, B, $xfer_{}]", 3 + i, 3 + i);
  text += kWriteRecord;
  return text;
}

[[noreturn]] void give_up(const base::Error& error) {
  std::fprintf(stderr, "test program: %s\n", error.text().c_str());
  std::abort();
}

firmware::LinkedStore link_program() {
  firmware::Layout layout;
  layout.start = 0;
  layout.done = 0x1f00;
  layout.resident = 0x1000;
  layout.helpers = {{firmware::kHelperMapLookup, kLookupAt},
                    {firmware::kHelperMapUpdate, kUpdateAt},
                    {firmware::kHelperMapDelete, kDeleteAt}};
  const std::map<std::string, int64_t> symbols = {
      {"done", layout.done}, {"lookup", kLookupAt}, {"update", kUpdateAt}, {"delete", kDeleteAt}};
  auto assembly = fpc::assemble(program_text(), "map_calls", symbols);
  if (!assembly) give_up(assembly.error());
  for (fpc::Word& word : assembly->words) word = fpc::with_ecc(word);
  auto store = firmware::link_relocated(assembly->words, layout);
  if (!store) give_up(store.error());
  return *store;
}

harness::Packet to_packet(const std::vector<Call>& calls, base::Rng& junk) {
  harness::Packet packet;
  packet.bytes.resize(kHeaderBytes + calls.size() * kRecordBytes);
  std::ranges::generate(packet.bytes, [&] { return static_cast<uint8_t>(junk.next()); });
  base::store_le(packet.bytes.data(), static_cast<uint32_t>(calls.size()));
  for (size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    uint8_t* record = packet.bytes.data() + kHeaderBytes + i * kRecordBytes;
    base::store_le(record, static_cast<uint32_t>(call.operation) | call.key_offset << 8);
    base::store_le(record + 4, uint32_t{call.table});
    base::store_le(record + 8, call.flags);
    std::ranges::copy(call.key, record + kKeyAt);
    std::ranges::copy(call.value, record + kValueAt);
  }
  return packet;
}

void take_results(std::vector<Call>& calls, const std::vector<uint8_t>& bytes,
                  std::vector<std::string>& troubles) {
  for (size_t i = 0; i < calls.size(); ++i) {
    const uint8_t* record = bytes.data() + kHeaderBytes + i * kRecordBytes;
    Call& call = calls[i];
    call.r0 = base::load_le<uint64_t>(record + kR0At);
    if (const auto mismatch = base::load_le<uint32_t>(record + kMismatchAt); mismatch != 0) {
      troubles.push_back(fmt::format("call {}: a register is not kept, bits {:#x}", i, mismatch));
    }
    if (call.operation == Operation::kLookup && call.r0 != 0) {
      call.found.assign(record + kFoundAt, record + kFoundAt + kMaxValueBytes);
    }
  }
}

}  // namespace

const firmware::LinkedStore& program() {
  static const firmware::LinkedStore store = link_program();
  return store;
}

Outcome call(fpc::ByteStore& memory, std::vector<std::vector<Call>> packets,
             const harness::Options& options) {
  base::Rng junk(options.seed);
  std::vector<harness::Packet> frames;
  for (const std::vector<Call>& calls : packets) frames.push_back(to_packet(calls, junk));
  const harness::Run run = harness::run_program(program(), memory, frames, options);
  Outcome outcome{std::move(packets), {}, run.instructions};
  if (!run.trouble.empty()) {
    outcome.troubles.push_back(run.trouble);
    return outcome;
  }
  for (size_t i = 0; i < outcome.packets.size(); ++i) {
    take_results(outcome.packets[i], run.retired[i].bytes, outcome.troubles);
  }
  return outcome;
}

}  // namespace map_calls
