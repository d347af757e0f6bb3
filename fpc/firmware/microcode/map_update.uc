; Helper 2, map_update_elem: 0 or a negative errno in R0.
; SPDX-License-Identifier: Apache-2.0
;
; A present entry is changed in place by one command; a new one is complete before one write chains it and unlocks the bucket.

map_update:
    alu[--, flag_exist, -, flags_low]
    blo[update_bad_flags]
    alu[--, --, B, flags_high]
    bne[update_bad_flags]
    immed[found, update_found]
    local_csr_rd[ActLMAddr2]
    immed[value_address, 0x0]
    br[open_for_change], defer[2]
    immed[missing, update_missing]
    immed[other_type, update_array]

update_missing:
    br_bset[flags_low, 1, update_no_entry]
    alu[counter, descriptor, +, (4 * desc_word_credits)]
    alu[$xfer_16, --, B, 0x1]
    mem[test_subsat, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    alu[--, --, B, $xfer_16]
    beq[update_full]

; An entry never used before, while there are any.
    alu[counter, descriptor, +, (4 * desc_word_fresh)]
    mem[test_subsat, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    alu[slot, $xfer_16, -, 0x1]
    blo[take_limbo]
    alu_shf[slot, --, B, slot, <<7]
    alu[entry, slot, +, desc_entries]

update_fill:
    alu[$xfer_16, --, B, head]
    alu[$xfer_17, --, B, 0x0]
    alu[$xfer_18, --, B, *l$index3[0]]
    alu[$xfer_19, --, B, *l$index3[1]]
    alu[$xfer_20, --, B, *l$index3[2]]
    alu[$xfer_21, --, B, *l$index3[3]]
    alu[$xfer_22, --, B, *l$index3[4]]
    alu[$xfer_23, --, B, *l$index3[5]]
    alu[$xfer_24, --, B, *l$index3[6]]
    alu[$xfer_25, --, B, *l$index3[7]]
    alu[$xfer_26, --, B, *l$index3[8]]
    alu[$xfer_27, --, B, *l$index3[9]]
    alu[$xfer_28, --, B, *l$index3[10]]
    alu[$xfer_29, --, B, *l$index3[11]]
    alu[$xfer_30, --, B, *l$index3[12]]
    alu[$xfer_31, --, B, *l$index3[13]]
    alu[--, --, B, desc_entry_ref]
    mem[write32_swap, $xfer_16, base, <<8, entry, 1], indirect_ref, ctx_swap[sig1]
    br[update_value], defer[2]
    alu[value, entry, +, desc_value_offset]
    alu[head, --, B, entry]

update_found:
    br_bset[flags_low, 0, update_exists]
; The key has done its work: index 3 goes to the value.
update_value:
    local_csr_wr[ActLMAddr3, value_address]
    immed[result, 0x0]
    immed[result_high, 0x0]
    nop
    alu[$xfer_16, --, B, *l$index3++]
    alu[$xfer_17, --, B, *l$index3++]
    alu[$xfer_18, --, B, *l$index3++]
    alu[$xfer_19, --, B, *l$index3++]
    alu[$xfer_20, --, B, *l$index3++]
    alu[$xfer_21, --, B, *l$index3++]
    alu[$xfer_22, --, B, *l$index3++]
    alu[$xfer_23, --, B, *l$index3++]
    alu[$xfer_24, --, B, *l$index3++]
    alu[$xfer_25, --, B, *l$index3++]
    alu[$xfer_26, --, B, *l$index3++]
    alu[$xfer_27, --, B, *l$index3++]
    alu[$xfer_28, --, B, *l$index3++]
    alu[$xfer_29, --, B, *l$index3++]
    alu[--, --, B, desc_value_ref]
    mem[write32_swap, $xfer_16, base, <<8, value, 1], indirect_ref, ctx_swap[sig1]
    alu[--, desc_type, -, map_type_hash]
    beq[unlock_bucket]
    br[change_return]

update_array:
    alu[base, --, B, desc_base]
    alu[entry, --, B, *l$index0]
    alu[--, entry, -, desc_index_mask]
    bhs[update_outside]
    br_bset[flags_low, 0, update_present]
    alu[--, desc_value_offset, OR, 0x0]
    alu_shf[value, --, B, entry, <<indirect]
    br[update_value]

; The oldest entry in limbo, unless a packet that may still use it is in service: `stamp` is the newest packet at its removal.
; Bit 31 of the position is the lock of the taking side.
take_limbo:
    immed[lock_bit, 0x80000000]
    alu[counter, descriptor, +, (4 * desc_word_pop)]
    alu[$xfer_16, --, B, lock_bit]
limbo_lock:
    mem[test_set, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    br_bset[$xfer_16, 31, limbo_lock]
    alu[position, --, B, $xfer_16]
    alu_shf[slot, --, B, position, <<3]
    alu[slot, slot, AND, desc_ring_mask]
    alu[slot, slot, +, desc_ring]
    mem[read32_swap, $xfer_16, base, <<8, slot, 2], ctx_swap[sig1]
    alu[entry, --, B, $xfer_16]
    beq[limbo_empty]
    alu[stamp, --, B, $xfer_17]
    mem[read32_swap, $xfer_18, sequence_page, <<8, 0x0, 2], ctx_swap[sig1]
    alu[--, stamp, -, $xfer_19]
    bpl[limbo_empty]
    alu[$xfer_16, --, B, 0x0]
    alu[$xfer_17, --, B, 0x0]
    mem[write32_swap, $xfer_16, base, <<8, slot, 2], ctx_swap[sig1]
    alu[position, position, +, 0x1]
    alu[$xfer_16, position, AND~, lock_bit]
    mem[write32, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    br[update_fill]

limbo_empty:
    alu[$xfer_16, --, B, position]
    mem[write32, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1]
    alu[counter, descriptor, +, (4 * desc_word_credits)]
    mem[add, $xfer_16, table_page, <<8, counter, 1], ctx_swap[sig1], defer[1]
    alu[$xfer_16, --, B, 0x1]
    br[fail_locked], defer[1]
    immed[result, error_no_memory]

update_bad_flags:
    br[fail], defer[1]
    immed[result, error_invalid]
update_outside:
    br[fail], defer[1]
    immed[result, error_too_big]
update_present:
    br[fail], defer[1]
    immed[result, error_exists]
update_no_entry:
    br[fail_locked], defer[1]
    immed[result, error_no_entry]
update_full:
    br[fail_locked], defer[1]
    immed[result, error_too_big]
update_exists:
    br[fail_locked], defer[1]
    immed[result, error_exists]
