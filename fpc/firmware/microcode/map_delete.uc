; Helper 3, map_delete_elem: 0 or a negative errno in R0.
; SPDX-License-Identifier: Apache-2.0
;
; The entry leaves its chain at once and waits in the limbo ring, stamped with the newest packet that may have seen it.

map_delete:
    immed[found, delete_found]
    br[open_for_change], defer[2]
    immed[missing, delete_missing]
    immed[other_type, delete_other]

delete_found:
    alu[slot, --, B, previous]
    bne[delete_inner]
    br[delete_unlock], defer[1]
    alu[head, --, B, $xfer_16]
delete_inner:
    alu[$xfer_16, --, B, $xfer_16]
    mem[write32_swap, $xfer_16, base, <<8, slot, 1], ctx_swap[sig1]
delete_unlock:
    alu[$xfer_16, --, B, head]
    mem[write32, $xfer_16, base, <<8, bucket, 1], ctx_swap[sig1]

    mem[read32_swap, $xfer_18, sequence_page, <<8, 0x0, 1], ctx_swap[sig1]
    alu[counter, descriptor, +, (4 * desc_word_push)]
    alu[$xfer_16, --, B, 0x1]
    mem[test_add, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    alu_shf[slot, --, B, $xfer_16, <<3]
    alu[slot, slot, AND, desc_ring_mask]
    alu[slot, slot, +, desc_ring]
    alu[$xfer_16, --, B, entry]
    alu[$xfer_17, --, B, $xfer_18]
    mem[write32_swap, $xfer_16, base, <<8, slot, 2], ctx_swap[sig1]

; Last, so that an insert that is let in finds this entry or another one.
    alu[counter, descriptor, +, (4 * desc_word_credits)]
    mem[add, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1], defer[1]
    alu[$xfer_16, --, B, 0x1]
    br[change_return], defer[2]
    immed[result, 0x0]
    immed[result_high, 0x0]

delete_missing:
    br[fail_locked], defer[1]
    immed[result, error_no_entry]
delete_other:
    br[fail], defer[1]
    immed[result, error_invalid]
