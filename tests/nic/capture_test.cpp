// Captures in and out: odd lengths, time, repetition, and every kind of broken file.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/bits.h"
#include "nic-model/packet_io.h"
#include "tests/nic/scratch_file.h"

namespace nic {
namespace {

using testing::HasSubstr;

constexpr LineRate kOnePort = {.ports = 1, .port_bps = 10'000'000'000};

void append32(std::string& to, uint32_t value) {
  char bytes[4];
  base::store_le(bytes, value);
  to.append(bytes, 4);
}

constexpr uint32_t kMicroseconds = 0xa1b2c3d4, kNanoseconds = 0xa1b23c4d;

std::string header(uint32_t magic = kNanoseconds, uint32_t link = 1) {
  std::string bytes;
  for (const uint32_t word : {magic, 0x00040002u, 0u, 0u, 262144u, link}) append32(bytes, word);
  return bytes;
}

void add_packet(std::string& file, uint32_t seconds, uint32_t fraction, uint32_t captured,
                uint32_t length) {
  for (const uint32_t word : {seconds, fraction, captured, length}) append32(file, word);
  file.append(captured, '\x5a');
}

std::string three_packets() {
  std::string file = header();
  add_packet(file, 1000, 500, 60, 60);
  add_packet(file, 1000, 1500, 61, 61);
  add_packet(file, 1001, 500, 62, 62);
  return file;
}

TEST(Capture, KeepsNanosecondsRelativeToTheFirstPacket) {
  const ScratchFile file(three_packets());
  auto source = open_capture(file.path(), "", false, kOnePort);
  ASSERT_TRUE(source) << source.error().text();
  Frame frame;
  for (const uint64_t arrival_ps :
       {uint64_t{0}, uint64_t{1'000'000}, uint64_t{1'000'000'000'000}}) {
    ASSERT_TRUE(*source->next(frame));
    EXPECT_EQ(frame.arrival_ps, arrival_ps);
  }
  EXPECT_EQ(frame.bytes.size(), 62u);
  EXPECT_FALSE(*source->next(frame));
}

TEST(Capture, ReadsMicrosecondFiles) {
  std::string text = header(kMicroseconds);
  add_packet(text, 5, 1, 60, 60);
  add_packet(text, 5, 3, 60, 60);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  ASSERT_TRUE(*source->next(frame));
  ASSERT_TRUE(*source->next(frame));
  EXPECT_EQ(frame.arrival_ps, 2'000'000u);
}

TEST(Capture, TakesEveryLengthFrom0To65535) {
  std::string text = header();
  for (const uint32_t length : {0u, 1u, 13u, 9000u, 65535u}) add_packet(text, 1, 0, length, length);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  for (const size_t length : {0u, 1u, 13u, 9000u, 65535u}) {
    ASSERT_TRUE(*source->next(frame));
    EXPECT_EQ(frame.bytes.size(), length);
    EXPECT_EQ(frame.wire_bytes, length);
  }
}

TEST(Capture, CutPacketsKeepTheirLengthOnTheWire) {
  std::string text = header();
  add_packet(text, 1, 0, 60, 1500);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  Frame frame;
  ASSERT_TRUE(*source->next(frame));
  EXPECT_EQ(frame.bytes.size(), 60u);
  EXPECT_EQ(frame.wire_bytes, 1500u);
}

TEST(Capture, RateReplacesTimestamps) {
  const ScratchFile file(three_packets());
  auto source = open_capture(file.path(), "1Mpps", false, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  for (const uint64_t arrival_ps : {0u, 1'000'000u, 2'000'000u}) {
    ASSERT_TRUE(*source->next(frame));
    EXPECT_EQ(frame.arrival_ps, arrival_ps);
  }
}

TEST(Capture, RepeatGoesOnInTime) {
  const ScratchFile file(three_packets());
  auto source = open_capture(file.path(), "", true, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  uint64_t last_ps = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(*source->next(frame));
    EXPECT_TRUE(i == 0 || frame.arrival_ps > last_ps);
    last_ps = frame.arrival_ps;
  }
  EXPECT_EQ(frame.bytes.size(), 60u);
}

TEST(Capture, RepeatOfAnEmptyCaptureEnds) {
  const ScratchFile file(header());
  auto source = open_capture(file.path(), "", true, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  EXPECT_FALSE(*source->next(frame));
}

TEST(Capture, TimeNeverRunsBackwards) {
  std::string text = header();
  add_packet(text, 10, 0, 60, 60);
  add_packet(text, 12, 0, 60, 60);
  add_packet(text, 3, 0, 60, 60);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  Frame frame;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(*source->next(frame));
  EXPECT_EQ(frame.arrival_ps, 2'000'000'000'000u);
}

TEST(Capture, CenturiesBetweenPacketsAreRefused) {
  std::string text = header();
  add_packet(text, 0, 0, 60, 60);
  add_packet(text, 4'000'000'000u, 0, 60, 60);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  Frame frame;
  ASSERT_TRUE(*source->next(frame));
  const auto second = source->next(frame);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().where, file.path());
  EXPECT_THAT(second.error().message, HasSubstr("packet 2: arrives 46296 days after"));
}

TEST(Capture, TruncatedRecordNamesItsPacket) {
  const std::string whole = three_packets();
  for (const size_t cut : {size_t{1}, size_t{50}, size_t{70}}) {
    const ScratchFile file(std::string_view(whole).substr(0, whole.size() - cut));
    auto source = open_capture(file.path(), "", false, kOnePort);
    ASSERT_TRUE(source);
    Frame frame;
    ASSERT_TRUE(*source->next(frame));
    ASSERT_TRUE(*source->next(frame));
    const auto third = source->next(frame);
    ASSERT_FALSE(third) << cut;
    EXPECT_EQ(third.error().where, file.path());
    EXPECT_THAT(third.error().message, HasSubstr("packet 3: "));
  }
}

TEST(Capture, AbsurdRecordLengthIsRefused) {
  std::string text = header();
  for (const uint32_t word : {1u, 0u, 0xfffffff0u, 0xfffffff0u}) append32(text, word);
  const ScratchFile file(text);
  auto source = open_capture(file.path(), "", false, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  const auto first = source->next(frame);
  ASSERT_FALSE(first);
  EXPECT_THAT(first.error().message, HasSubstr("packet 1: "));
}

TEST(Capture, OtherFilesAreRefusedWithTheirName) {
  const ScratchFile text("not a capture at all, just words");
  const ScratchFile empty("");
  const ScratchFile raw_ip(header(kNanoseconds, 101));
  for (const std::string& path : {text.path(), empty.path(), raw_ip.path(),
                                  std::string("/nonexistent.pcap"), std::string("/tmp")}) {
    const auto source = open_capture(path, "", false, kOnePort);
    ASSERT_FALSE(source) << path;
    EXPECT_EQ(source.error().where, path);
  }
  EXPECT_THAT(open_capture(raw_ip.path(), "", false, kOnePort).error().message,
              HasSubstr("link type is RAW, expected EN10MB (Ethernet)"));
}

TEST(Capture, BadRateIsRefused) {
  const ScratchFile file(three_packets());
  EXPECT_FALSE(open_capture(file.path(), "fast", false, kOnePort));
}

TEST(PacketSink, WritesWhatACaptureReads) {
  const ScratchFile target("");
  const std::vector<uint8_t> bytes(64, 7);
  auto sink = PacketSink::create(target.path());
  ASSERT_TRUE(sink) << sink.error().text();
  ASSERT_TRUE(sink->write(1'000'000, bytes));
  ASSERT_TRUE(sink->write(3'000'000, {}));
  EXPECT_EQ(std::filesystem::file_size(target.path()), 0u) << "the name appears before close()";
  ASSERT_TRUE(sink->close());
  auto source = open_capture(target.path(), "", false, kOnePort);
  ASSERT_TRUE(source);
  Frame frame;
  ASSERT_TRUE(*source->next(frame));
  EXPECT_EQ(frame.bytes, bytes);
  ASSERT_TRUE(*source->next(frame));
  EXPECT_EQ(frame.arrival_ps, 2'000'000u);
  EXPECT_TRUE(frame.bytes.empty());
}

TEST(PacketSink, LeavesNothingBehindWithoutClose) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("millrace_sink_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  {
    auto sink = PacketSink::create((folder / "out.pcap").string());
    ASSERT_TRUE(sink);
    ASSERT_TRUE(sink->write(0, std::vector<uint8_t>(60)));
    EXPECT_FALSE(std::filesystem::is_empty(folder));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

TEST(PacketSink, UnwritablePlaceIsAnError) {
  const auto sink = PacketSink::create("/nonexistent/out.pcap");
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().where, "/nonexistent/out.pcap");
}

}  // namespace
}  // namespace nic
