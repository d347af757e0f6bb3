// The firmware ABI as data: registers, packet vector, local-memory map, program image addresses, card address map.
// SPDX-License-Identifier: Apache-2.0
//
// Facts of the driver and of the public firmware: one place for compiler, microcode sources (as assembler symbols), loader
// and card model. abi_symbols() hands every constant here to the assembler under the same name in lower_snake.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace firmware {

// --- control store -------------------------------------------------------------------------------------------------
constexpr unsigned kDoneAddress = 1;  // where programs return to
constexpr unsigned kProgramStart =
    3072;  // first word of the program; everything resident lies below
constexpr unsigned kStoreWords = 8192;
constexpr unsigned kPrefetchPad = 8;  // nops behind a program

// --- registers (nfp-fw-abi 1.1) --------------------------------------------------------------------------------------
constexpr unsigned kStackBaseReg = 22;  // A22: LM byte address of the current frame
constexpr unsigned kPacketLenReg = 22;  // B22: packet length
constexpr unsigned kResultReg = 0;      // A0 at DONE: verdict bits
constexpr unsigned kReturnReg = 0;      // B0 at helper entry: return address

// --- local memory: 4 x (512 B stack + 64 B packet vector + 128 B scratch of routines), map descriptors ---------------------
constexpr unsigned kStackBytes = 512;  // per context, 512 B aligned
constexpr unsigned kLmStacks = 0;
constexpr unsigned kLmPacketVectors =
    4 * kStackBytes;  // 2048: one 64 B vector (16 words) per context
constexpr unsigned kPacketVectorBytes = 64;
constexpr unsigned kPvProgramWord = 8;  // LM index 1 points to word 8 of the vector
constexpr unsigned kLmScratch = kLmPacketVectors + 4 * kPacketVectorBytes;  // 2304
constexpr unsigned kLmScratchBytes = 128;                                   // per context
// Constant words of the first map descriptors, once a core has read them: table id t at kLmDescriptors + t * kMapDescriptorBytes.
constexpr unsigned kLmDescriptors = kLmScratch + 4 * kLmScratchBytes;  // 2816
constexpr unsigned kLmDescriptorSlots = 20;                            // to the end, 4096

// --- packet vector, words counted from LM index 1 (nfp-fw-abi 1.2) ------------------------------------------------------
constexpr unsigned kPvLength = 0;  // [13:0] length, [25:16] packet number, [31:26] CTM island
constexpr unsigned kPvSplit = 1;
constexpr unsigned kPvPointer =
    2;  // [31] 1, [25:16] packet number, [12:0] byte offset in the CTM buffer
constexpr unsigned kPvSequence = 3;
constexpr unsigned kPvFlags = 4;  // bit 4: queue selected
constexpr unsigned kPvHeaders = 5;
constexpr unsigned kPvQueue = 6;  // low byte: queue offset
constexpr unsigned kPvMeta = 7;
constexpr unsigned kPvWords = 8;

// --- verdict word A0 (nfp-fw-abi 2.3) -------------------------------------------------------------------------------
constexpr uint32_t kVerdictPass = 1u << 16;
constexpr uint32_t kVerdictDrop = 1u << 17;
constexpr uint32_t kVerdictTx = 1u << 18;
constexpr uint32_t kStatPass = 1u << 20;
constexpr uint32_t kStatDrop = 1u << 21;
constexpr uint32_t kStatTx = 1u << 22;
constexpr uint32_t kStatAbort = 1u << 23;

// --- packets in CTM (architecture decision 13, hw-timing 1.3) ---------------------------------------------------------
constexpr unsigned kPacketOffset = 128;     // first byte of a received frame in its CTM buffer
constexpr unsigned kCtmBufferBytes = 2048;  // the rest of the frame lies in an MU buffer
constexpr unsigned kMaxFrameBytes = 10240;  // MU buffer
constexpr unsigned kSplitOffset = 1888;     // nfp programs may touch packet offsets below this

// --- helpers ----------------------------------------------------------------------------------------------------------
constexpr unsigned kHelperMapLookup = 1;
constexpr unsigned kHelperMapUpdate = 2;
constexpr unsigned kHelperMapDelete = 3;
constexpr unsigned kHelperPerfEvent = 25;

// --- address map of the card (ours: the public sources name no absolute addresses) -------------------------------------
// 32-bit mem addresses: bit 31 set = CTM packet (number [25:16], offset [12:0]); else CTM of the own island.
// 40-bit mem addresses:
constexpr uint64_t kImemBase = 0x20'0000'0000;  // 4 MiB
constexpr uint64_t kImemBytes = uint64_t{4} << 20;
constexpr uint64_t kIoBase = 0x40'0000'0000;  // rings and registers of the datapath blocks, below
constexpr uint64_t kIoBytes = 0x1000;
constexpr uint64_t kEmemBase = 0x80'0000'0000;  // 2 GiB
constexpr uint64_t kEmemBytes = uint64_t{2} << 30;

// Writing kDescriptorWords little-endian words here hands a finished packet to reorder / egress / free:
// word 0 pv[0], 1 pv[2], 2 verdict A0, 3 pv[3] sequence, 4 pv[4] flags, 5 pv[6] queue.
constexpr uint64_t kIoRetire = kIoBase + 0x000;
constexpr unsigned kDescriptorWords = 6;
// Two little-endian words to read: sequence number of the newest packet handed to a context, and of the oldest one not yet retired
// (equal to newest + 1 when none is in service). The grace period of map deletes (architecture decision 12).
constexpr uint64_t kIoSequence = kIoBase + 0x100;

// Events of perf_event_output. Data from a stack goes to kIoEventData first, in pieces of kEventPieceWords, in order. Then
// kEventWords little-endian words at kIoEvent send the event; the command is done when its bytes have been read:
// word 0 map id, 1 packet bytes, 2 pv[0], 3 pv[2], 4 data bytes, 5 where the data lies (kEventData*), 6 and 7 its address there.
constexpr uint64_t kIoEvent = kIoBase + 0x40;
constexpr uint64_t kIoEventData = kIoBase + 0x60;
constexpr unsigned kEventWords = 8;
constexpr unsigned kEventPieceWords = 8;
constexpr unsigned kMaxEventDataBytes = 2048;
// What the kernel's JIT passes to the routine: the type of the data's pointer (nfp-fw-abi 6.2).
constexpr unsigned kEventDataNone = 1;    // a scalar: no data
constexpr unsigned kEventDataMap = 4;     // 40-bit address: offset, base >> 8
constexpr unsigned kEventDataStack = 6;   // written to kIoEventData
constexpr unsigned kEventDataPacket = 8;  // 32-bit address

// Registers of the control FPC, whose contexts get messages where workers get packets: packet_add_thread answers with two words,
// the message's bytes and its address in CTM (32 bits). Writing the reply's bytes (little endian, 0: none) to kIoReply sends what
// then lies there. The table service makes and ends tables: kIoTableWords little-endian words at kIoTables ask (word 0 the
// message's type, 1.. its words behind the header), reading kIoTableAnswerWords there gives status, result and table id.
constexpr uint64_t kIoReply = kIoBase + 0x18;
constexpr uint64_t kIoTables = kIoBase + 0x20;
constexpr unsigned kIoMessageWords = 2;
constexpr unsigned kIoTableWords = 6;
constexpr unsigned kIoTableAnswerWords = 3;

// Map descriptors (fpc/firmware/maps.def): table id t (1..kMaxMaps) at kMapTable + t * kMapDescriptorBytes.
constexpr unsigned kMaxMaps = 128;
constexpr unsigned kMapDescriptorBytes = 64;
constexpr uint64_t kMapTable = kImemBase;
constexpr uint64_t kMapHeap = kEmemBase;  // map memory grows from here

// Every constant above as assembler symbol, in lower_snake without the k: "kPvPointer" -> pv_pointer.
std::map<std::string, int64_t> abi_symbols();

}  // namespace firmware
