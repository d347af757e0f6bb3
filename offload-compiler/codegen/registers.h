// Which FPC registers hold what in a compiled program (nfp-fw-abi 1.1), as operands.
// SPDX-License-Identifier: Apache-2.0
//
// eBPF register n is the pair of GPRs 2n (low half) and 2n + 1 (high half), mirrored in both banks.
#pragma once

#include "fpc/firmware/abi.h"
#include "fpc/insn.h"

namespace offload {

constexpr unsigned low(unsigned bpf_register) { return bpf_register * 2; }
constexpr unsigned high(unsigned bpf_register) { return bpf_register * 2 + 1; }

// Scratch pairs; a call's return address travels in the first scratch register of bank A, the
// callee's in that of bank B.
constexpr unsigned kScratch = 21;
constexpr unsigned kAddressScratch = 20;  // addresses of atomic operations
constexpr fpc::Operand kScratchA = fpc::gpr_a(kScratch);
constexpr fpc::Operand kScratchB = fpc::gpr_b(kScratch);
constexpr fpc::Operand kAddressA = fpc::gpr_a(kAddressScratch);
constexpr fpc::Operand kAddressB = fpc::gpr_b(kAddressScratch);

constexpr fpc::Operand kStackBase = fpc::gpr_a(firmware::kStackBaseReg);
constexpr fpc::Operand kPacketLength = fpc::gpr_b(firmware::kPacketLenReg);

// Local memory through its address registers.
constexpr unsigned kFrameIndex = 0;         // bottom of the current frame
constexpr unsigned kPacketVectorIndex = 1;  // packet vector
constexpr unsigned kPointerIndex = 3;       // scratch: far and variable stack accesses
constexpr fpc::Operand packet_vector(unsigned word) { return fpc::lmem(kPacketVectorIndex, word); }

}  // namespace offload
