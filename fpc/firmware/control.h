// Control messages between driver and firmware: types, status codes and layouts (all numbers big endian, keys and values raw).
// SPDX-License-Identifier: Apache-2.0
//
//   any        0 type, 1 version, 2..3 tag; a reply has the request's tag and its type | kReply
//   alloc      4 key bytes, 8 value bytes, 12 entries, 16 map type, 20 flags      reply: 4 status, 8 table id
//   free       4 table id                                                         reply: 4 status, 8 entries that were in it
//   map ops    4 table id, 8 entries, 12 flags, 16 entries                        reply: 4 status, 8 entries, 12 zero, 16 entries
//   event      4 queue, 8 map id (64 bits), 16 data bytes, 20 packet bytes, 24 packet padded to words, data
//
// An entry is a key slot and a value slot, whose sizes the capability record says. An error takes an entry's place in the reply.
// A request has one entry and says how many it wants back; 0 is 1. UPDATE and DELETE have as many as they say (capability
// multi_change): they are done in order up to the first error, whose status the reply has behind the number of those before it.
// When the message does not hold them, or they are more than most_entries(), nothing is done and the status is kParse.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/microcode.h"

namespace firmware::control {

enum class Type : uint8_t {
  kMapAlloc = 1,
  kMapFree = 2,
  kMapLookup = 3,
  kMapUpdate = 4,
  kMapDelete = 5,
  kMapGetNext = 6,
  kMapGetFirst = 7,
  kEvent = 8,
};
constexpr uint8_t kReply = 0x80;
constexpr uint8_t kVersion = 1;

enum class Status : uint32_t {
  kOk = 0,
  kBadTable = 1,
  kNoEntry = 2,
  kInvalid = 3,
  kParse = 4,
  kExists = 5,
  kNoMemory = 6,
  kTooBig = 7,
};

constexpr unsigned kHeaderBytes = 4;
// Flag of an alloc, BPF_F_MMAPABLE: the table's memory can be shared with the host.
constexpr uint32_t kAllocMappable = 1u << 10;
constexpr unsigned kAllocBytes = 24, kFreeBytes = 8, kTableReplyBytes = 12;
constexpr unsigned kEntriesAt = 16;  // of a map operation and its reply
constexpr unsigned kEventBytes = 24;

// Largest message on the control queue, and the buffer in CTM that a context has for one.
constexpr unsigned kMtu = 1500;
constexpr unsigned kBufferBytes = 2048;

struct Slots {
  unsigned key_bytes = 0, value_bytes = 0;

  unsigned entry_bytes() const { return key_bytes + value_bytes; }
  unsigned request_bytes(unsigned entries = 1) const {
    return kEntriesAt + entries * entry_bytes();
  }
  unsigned most_entries() const { return (kMtu - kEntriesAt) / entry_bytes(); }
};
// ABI 2: 64 bytes each; ABI 3: the largest key and value.
Slots slots_of(const Capability& capability);

// The firmware of the control FPC for entries of this size, from address 0; its entry is the label context_start.
base::Result<Microcode> assemble_firmware(const Slots& slots);

}  // namespace firmware::control
