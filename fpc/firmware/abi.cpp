// The ABI's constants as assembler symbols.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/abi.h"

#include <cctype>
#include <string_view>

namespace firmware {
namespace {

struct Named {
  std::string_view name;
  int64_t value;
};

// clang-format off
constexpr Named kConstants[] = {
#define FIRMWARE_ABI_ROW(name) {#name, static_cast<int64_t>(name)},
    FIRMWARE_ABI_ROW(kDoneAddress)
    FIRMWARE_ABI_ROW(kProgramStart)
    FIRMWARE_ABI_ROW(kStoreWords)
    FIRMWARE_ABI_ROW(kPrefetchPad)
    FIRMWARE_ABI_ROW(kStackBaseReg)
    FIRMWARE_ABI_ROW(kPacketLenReg)
    FIRMWARE_ABI_ROW(kResultReg)
    FIRMWARE_ABI_ROW(kReturnReg)
    FIRMWARE_ABI_ROW(kStackBytes)
    FIRMWARE_ABI_ROW(kLmStacks)
    FIRMWARE_ABI_ROW(kLmPacketVectors)
    FIRMWARE_ABI_ROW(kPacketVectorBytes)
    FIRMWARE_ABI_ROW(kPvProgramWord)
    FIRMWARE_ABI_ROW(kLmScratch)
    FIRMWARE_ABI_ROW(kLmScratchBytes)
    FIRMWARE_ABI_ROW(kLmDescriptors)
    FIRMWARE_ABI_ROW(kLmDescriptorSlots)
    FIRMWARE_ABI_ROW(kPvLength)
    FIRMWARE_ABI_ROW(kPvSplit)
    FIRMWARE_ABI_ROW(kPvPointer)
    FIRMWARE_ABI_ROW(kPvSequence)
    FIRMWARE_ABI_ROW(kPvFlags)
    FIRMWARE_ABI_ROW(kPvHeaders)
    FIRMWARE_ABI_ROW(kPvQueue)
    FIRMWARE_ABI_ROW(kPvMeta)
    FIRMWARE_ABI_ROW(kPvWords)
    FIRMWARE_ABI_ROW(kVerdictPass)
    FIRMWARE_ABI_ROW(kVerdictDrop)
    FIRMWARE_ABI_ROW(kVerdictTx)
    FIRMWARE_ABI_ROW(kStatPass)
    FIRMWARE_ABI_ROW(kStatDrop)
    FIRMWARE_ABI_ROW(kStatTx)
    FIRMWARE_ABI_ROW(kStatAbort)
    FIRMWARE_ABI_ROW(kPacketOffset)
    FIRMWARE_ABI_ROW(kCtmBufferBytes)
    FIRMWARE_ABI_ROW(kMaxFrameBytes)
    FIRMWARE_ABI_ROW(kSplitOffset)
    FIRMWARE_ABI_ROW(kHelperMapLookup)
    FIRMWARE_ABI_ROW(kHelperMapUpdate)
    FIRMWARE_ABI_ROW(kHelperMapDelete)
    FIRMWARE_ABI_ROW(kHelperPerfEvent)
    FIRMWARE_ABI_ROW(kImemBase)
    FIRMWARE_ABI_ROW(kImemBytes)
    FIRMWARE_ABI_ROW(kIoBase)
    FIRMWARE_ABI_ROW(kIoBytes)
    FIRMWARE_ABI_ROW(kEmemBase)
    FIRMWARE_ABI_ROW(kEmemBytes)
    FIRMWARE_ABI_ROW(kIoRetire)
    FIRMWARE_ABI_ROW(kDescriptorWords)
    FIRMWARE_ABI_ROW(kIoSequence)
    FIRMWARE_ABI_ROW(kIoEvent)
    FIRMWARE_ABI_ROW(kIoEventData)
    FIRMWARE_ABI_ROW(kEventWords)
    FIRMWARE_ABI_ROW(kEventPieceWords)
    FIRMWARE_ABI_ROW(kMaxEventDataBytes)
    FIRMWARE_ABI_ROW(kEventDataNone)
    FIRMWARE_ABI_ROW(kEventDataMap)
    FIRMWARE_ABI_ROW(kEventDataStack)
    FIRMWARE_ABI_ROW(kEventDataPacket)
    FIRMWARE_ABI_ROW(kIoReply)
    FIRMWARE_ABI_ROW(kIoTables)
    FIRMWARE_ABI_ROW(kIoMessageWords)
    FIRMWARE_ABI_ROW(kIoTableWords)
    FIRMWARE_ABI_ROW(kIoTableAnswerWords)
    FIRMWARE_ABI_ROW(kMaxMaps)
    FIRMWARE_ABI_ROW(kMapDescriptorBytes)
    FIRMWARE_ABI_ROW(kMapTable)
    FIRMWARE_ABI_ROW(kMapHeap)
#undef FIRMWARE_ABI_ROW
};
// clang-format on

// "kPvPointer" -> "pv_pointer"
std::string to_lower_snake(std::string_view name) {
  std::string snake;
  for (const char c : name.substr(1)) {
    const auto upper = static_cast<unsigned char>(c);
    if (std::isupper(upper) && !snake.empty()) snake += '_';
    snake += static_cast<char>(std::tolower(upper));
  }
  return snake;
}

}  // namespace

std::map<std::string, int64_t> abi_symbols() {
  std::map<std::string, int64_t> symbols;
  for (const Named& constant : kConstants) {
    symbols.emplace(to_lower_snake(constant.name), constant.value);
  }
  return symbols;
}

}  // namespace firmware
