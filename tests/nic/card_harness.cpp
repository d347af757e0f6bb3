// Builds stores from text, drives a card, checks what must always hold.
// SPDX-License-Identifier: Apache-2.0
#include "tests/nic/card_harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/image.h"

namespace harness {

firmware::LinkedStore link(const std::string& text) {
  auto symbols = firmware::abi_symbols();
  symbols["done"] = firmware::kDoneAddress;
  auto program = fpc::assemble(text, "program", symbols, firmware::kProgramStart);
  EXPECT_TRUE(program) << program.error().text();
  std::vector<fpc::Word> words;
  for (const fpc::Word word : program->words) words.push_back(fpc::with_ecc(word));
  auto store = firmware::link_relocated(words, {});
  EXPECT_TRUE(store) << store.error().text();
  return *store;
}

firmware::LinkedStore link_kernel_image(const std::string& name) {
  const std::string path = std::string(MILLRACE_TEST_DATA) + "/kernel-jit/" + name + ".nfp";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  auto words = firmware::words_from_text(text.str(), path);
  EXPECT_TRUE(words) << words.error().text();
  auto image = firmware::image_from_words(*words, path);
  EXPECT_TRUE(image) << image.error().text();
  auto store = firmware::link(*image);
  EXPECT_TRUE(store) << store.error().text();
  return *store;
}

std::string verdict(unsigned byte) {
  return fmt::format("br[done], defer[1]\nimmed[gprA_0, {:#x}, <<16]\n", byte);
}

nic::Config config(const std::string& name) {
  auto loaded = nic::load_config(name);
  EXPECT_TRUE(loaded) << loaded.error().text();
  return *loaded;
}

nic::PacketSource traffic(const nic::Config& config, const std::string& spec) {
  auto source = nic::open_generator(spec, 1, nic::line_rate(config));
  EXPECT_TRUE(source) << source.error().text();
  return std::move(*source);
}

std::vector<nic::Frame> frames_of_sizes(const std::vector<uint32_t>& sizes) {
  std::vector<nic::Frame> frames;
  for (const uint32_t size : sizes) {
    nic::Frame frame;
    frame.arrival_ps = frames.size() * 1'000'000;
    frame.wire_bytes = size;
    for (uint32_t i = 0; i < size; ++i) frame.bytes.push_back(static_cast<uint8_t>(i * 7 + size));
    frames.push_back(std::move(frame));
  }
  return frames;
}

Outcome run(const nic::Config& config, const firmware::LinkedStore& store, nic::PacketSource source,
            const nic::Limits& limits, const fpc::EngineChoice& engine) {
  nic::Nic card(config, 1, engine);
  const auto loaded = card.load(store);
  EXPECT_TRUE(loaded) << loaded.error().text();
  Outcome outcome;
  nic::Hooks hooks;
  hooks.departure = [&](const nic::Departure& packet) {
    outcome.left.push_back({packet, {packet.bytes.begin(), packet.bytes.end()}});
  };
  auto report = card.run(source, limits, hooks);
  EXPECT_TRUE(report) << report.error().text();
  if (report) outcome.report = *report;
  return outcome;
}

Outcome run(const nic::Config& config, const std::string& text, nic::PacketSource source,
            const nic::Limits& limits, const fpc::EngineChoice& engine) {
  return run(config, link(text), std::move(source), limits, engine);
}

void expect_conserved(const Outcome& outcome) {
  const nic::Report& report = outcome.report;
  const uint64_t verdicts =
      report.pass + report.drop + report.tx + report.redirect + report.aborted;
  EXPECT_EQ(report.lost + verdicts, report.offered);
  uint64_t lost = 0;
  for (const auto& [cause, count] : report.lost_by) lost += count;
  EXPECT_EQ(lost, report.lost);
  EXPECT_EQ(outcome.left.size(), verdicts);
  std::set<uint64_t> sequences;
  for (const Left& left : outcome.left) sequences.insert(left.packet.sequence);
  EXPECT_EQ(sequences.size(), verdicts) << "a packet departed twice";
  EXPECT_NEAR(report.busy + report.stalled + report.idle, 1, 1e-9);
}

}  // namespace harness
