// Runs linked control stores on packets: cores on one memory, their commands performed in a seeded random order.
// SPDX-License-Identifier: Apache-2.0
//
//   fpc::ByteStore memory;
//   firmware::MapTable maps(memory);                     // tables in the program's order
//   harness::Run run = harness::run_program(store, memory, packets);
//   run.retired[i].verdict, run.retired[i].bytes         // of packets[i]
//
// No time: every command takes effect at one moment between its issue and the context's wake-up, in any order among the
// contexts. Commands of one context take effect in the order in which it issued them. Now and then a command stalls while
// others overtake it many times, so that races with long windows happen.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fpc/core.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/link.h"
#include "fpc/memory.h"

namespace harness {

struct Packet {
  std::vector<uint8_t> bytes;
  uint32_t offset = firmware::kPacketOffset;  // of the first byte in the buffer
  uint32_t flags = 0, queue = 0;              // packet vector words kPvFlags, kPvQueue
};

struct Event {  // of perf_event_output
  uint32_t map = 0;
  std::vector<uint8_t> packet, data;
};

struct Retired {
  uint32_t verdict = 0;
  uint32_t pointer = 0;  // packet vector word kPvPointer
  uint32_t flags = 0, queue = 0;
  std::vector<uint8_t> bytes;
  std::vector<Event> events;

  uint32_t offset() const { return pointer & 0x1fff; }
};

struct Options {
  unsigned cores = 1;
  uint8_t slots = 0xf;
  uint64_t seed = 1;
  uint32_t first_sequence = 0;
  uint32_t budget_cycles = 1'000'000;    // of one run() of a core
  unsigned stall_one_in = 32;            // commands; 0: none stalls
  uint64_t stall_actions = 1000;         // at most
  uint64_t max_actions = 1'000'000'000;  // runs and commands together
};

struct Run {
  std::vector<Retired> retired;  // in the order of the packets
  std::string trouble;           // empty: every packet was retired
  uint64_t instructions = 0;
  uint64_t cycles = 0;  // of all cores, without stalls
};

Run run_program(const firmware::LinkedStore& store, fpc::ByteStore& memory,
                std::span<const Packet> packets, const Options& options = {});

}  // namespace harness
