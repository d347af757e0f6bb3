// Runs of the command line on cards, parsed; and captures made for a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/command.h"

namespace test {

inline nlohmann::json run_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "run");
  arguments.insert(arguments.end(), {"--json", scratch_folder() + "/report.json"});
  const Output output = millrace(arguments, 300);
  EXPECT_EQ(output.exit_code, 0) << output.err;
  if (output.exit_code != 0) return {};
  return nlohmann::json::parse(read_text(scratch_folder() + "/report.json"));
}

// lost + verdicts = offered, causes sum to lost, and no core faulted.
inline void expect_conserved(const nlohmann::json& report) {
  const nlohmann::json& packets = report.at("packets");
  uint64_t sum = 0;
  for (const char* part : {"lost", "pass", "drop", "tx", "redirect", "aborted"})
    sum += packets.at(part).get<uint64_t>();
  EXPECT_EQ(sum, packets.at("offered").get<uint64_t>()) << packets;
  uint64_t lost = 0;
  for (const auto& [cause, count] : report.at("lost_by").items()) lost += count.get<uint64_t>();
  EXPECT_EQ(lost, packets.at("lost").get<uint64_t>()) << report.at("lost_by");
  EXPECT_TRUE(report.at("faults").empty()) << report.at("faults");
}

// A little-endian microsecond capture of Ethernet frames, one every `gap_us`.
inline std::string pcap_bytes(const std::vector<std::vector<uint8_t>>& frames, uint32_t gap_us = 10,
                              uint32_t snap = 262144) {
  std::string out;
  const auto put32 = [&out](uint32_t v) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(v >> (8 * i));
  };
  for (const uint32_t v : {0xa1b2c3d4u, 0x00040002u, 0u, 0u, snap, 1u}) put32(v);
  uint32_t time_us = 0;
  for (const std::vector<uint8_t>& frame : frames) {
    for (const uint32_t v :
         {time_us / 1'000'000, time_us % 1'000'000, static_cast<uint32_t>(frame.size()),
          static_cast<uint32_t>(frame.size())})
      put32(v);
    out.append(frame.begin(), frame.end());
    time_us += gap_us;
  }
  return out;
}

struct CapturedFrame {
  uint64_t time_ns = 0;
  std::vector<uint8_t> bytes;
};

// Frames of a nanosecond capture as the card writes it.
inline std::vector<CapturedFrame> read_capture(const std::string& path) {
  const std::string text = read_text(path);
  const auto get32 = [&text](size_t at) {
    uint32_t v = 0;
    for (size_t i = 0; i < 4; ++i)
      v |= static_cast<uint32_t>(static_cast<uint8_t>(text.at(at + i))) << (8 * i);
    return v;
  };
  EXPECT_EQ(get32(0), 0xa1b23c4du) << path << " is no nanosecond capture";
  std::vector<CapturedFrame> frames;
  for (size_t at = 24; at < text.size();) {
    const uint32_t length = get32(at + 8);
    CapturedFrame frame{get32(at) * uint64_t{1'000'000'000} + get32(at + 4), {}};
    frame.bytes.assign(text.begin() + static_cast<long>(at) + 16,
                       text.begin() + static_cast<long>(at + 16 + length));
    frames.push_back(std::move(frame));
    at += 16 + length;
  }
  return frames;
}

}  // namespace test
