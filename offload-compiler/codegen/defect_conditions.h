// When an instruction meets a known defect of the reference lowering: asked by those who warn of it and those who correct it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fpc/firmware/capability.h"
#include "fpc/insn.h"
#include "offload-compiler/passes/plan.h"
#include "offload-compiler/passes/register_use.h"

namespace offload {

// 64-bit shift by a register whose count may be 0, or 64 (B2).
bool shift_count_may_be_zero(const PlannedInsn& shift);
// 64-bit shift by a register whose count is known to be 32 at least, but not 63 at most.
bool shift_count_may_wrap(const PlannedInsn& shift);

// 64-bit right shift of a register by itself, lowered for a count in this range that may be below 32.
bool shift_spoils_its_count(const PlannedInsn& shift, const ValueRange& count);

// Arithmetic shift of either width by a register whose lower half may have bit 31 set.
bool shift_count_may_be_a_sign(const PlannedInsn& shift);

// R10 as anything but a base address or the source of a 64-bit move (B9).
bool uses_frame_pointer_value(const ebpf::Insn& insn);

// The immediate of a load by packet offset does not fit 16 bits (B10).
bool packet_offset_is_cut(const ebpf::Insn& insn);
// The index of a load by packet offset may be negative as a 32-bit number, with the immediate added.
bool packet_index_may_be_negative(const PlannedInsn& load);

// The register behind a copy does not hold what its last load gave it (B4).
bool copy_reload_is_wrong(const PlannedInsn& load);
// ... and something reads it before it is written again. `head` is the copy's first load.
bool copy_reload_matters(const Plan& plan, uint32_t head, const LiveRegisters& live);
// The offset of a copy's last bytes does not fit 8 bits (B5).
bool copy_tail_is_cut(const Plan& plan, const PlannedInsn& load);

// A bound of the adjust_head window that the driver keeps in 8 bits does not fit.
bool adjust_window_is_cut(const firmware::AdjustHead& window);

// The program's third word touches the frame, whose address register is written one word before the program (B13).
bool touches_frame_early(const std::vector<fpc::Word>& words);

}  // namespace offload
