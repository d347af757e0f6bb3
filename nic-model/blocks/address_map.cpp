// Decodes addresses of memory commands after fpc/firmware/abi.h.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/address_map.h"

#include "base/bits.h"

namespace nic {
namespace {

constexpr uint64_t kCtmBytes = 256 << 10;
constexpr uint64_t kCtmRest = uint64_t{1} << 24;  // behind all packet buffers in the CTM's store
static_assert(packet_address(1023, firmware::kCtmBufferBytes) <= kCtmRest);

[[gnu::hot]] Access decode_narrow(uint64_t address, Access access) {
  if ((address & base::bit(31)) == 0) {
    if (address + access.bytes > kCtmBytes) return access;
    access.target = Target::kCtm;
    access.address = kCtmRest + address;
    return access;
  }
  constexpr uint64_t kMustBeZero = base::field_mask<30, 26>() | base::field_mask<15, 13>();
  const auto offset = static_cast<unsigned>(base::extract<12, 0>(address));
  if ((address & kMustBeZero) != 0 || offset + access.bytes > firmware::kCtmBufferBytes)
    return access;
  access.target = Target::kCtm;
  access.address = packet_address(static_cast<unsigned>(base::extract<25, 16>(address)), offset);
  return access;
}

[[gnu::hot]] Access decode_wide(uint64_t address, Access access) {
  const auto within = [&](uint64_t base, uint64_t bytes) {
    return address >= base && address + access.bytes <= base + bytes;
  };
  access.address = address;
  if (within(firmware::kEmemBase, firmware::kEmemBytes)) {
    access.target = Target::kEmem;
    return access;
  }
  if (within(firmware::kImemBase, firmware::kImemBytes)) access.target = Target::kImem;
  if (address == firmware::kIoRetire && access.bytes == 4 * firmware::kDescriptorWords) {
    access.target = Target::kRetire;
  }
  if (within(firmware::kIoSequence, 8)) access.target = Target::kSequence;
  if (address == firmware::kIoEvent && access.bytes == 4 * firmware::kEventWords) {
    access.target = Target::kEvent;
  }
  if (address == firmware::kIoEventData && access.bytes == 4 * firmware::kEventPieceWords) {
    access.target = Target::kEventData;
  }
  return access;
}

}  // namespace

Access decode_address(uint64_t address, bool is_wide, unsigned bytes) {
  Access access;
  access.bytes = bytes;
  return is_wide ? decode_wide(address, access) : decode_narrow(address, access);
}

[[gnu::hot]] Access decode_access(const fpc::MemoryCommand& command) {
  Access access;
  access.bytes = fpc::command_bytes(command);
  access.is_atomic = fpc::is_atomic(command.op);
  if (command.op == fpc::Op::kMemPacketAddThread) {
    access.target = Target::kAddThread;
    return access;
  }
  return command.wide ? decode_wide(command.address, access)
                      : decode_narrow(command.address, access);
}

}  // namespace nic
