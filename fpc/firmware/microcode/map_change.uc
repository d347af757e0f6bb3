; What map_update and map_delete share: opening the map, locking the bucket, returning.
; SPDX-License-Identifier: Apache-2.0
;
; Bit 0 of a bucket word is its lock. The word that unlocks it is the new first entry, so chaining and unlocking are one write.

; Goes to `other_type` when the table is no hash map, else to `found` or `missing` with the bucket locked, its first entry in
; `head` and all 16 descriptor words in $xfer_0..15.
open_for_change:
    alu[--, max_maps, -, table]
    blo[fail_bad_table]
    alu_shf[descriptor, --, B, table, <<6]
    local_csr_wr[ActLMAddr3, scratch]
    immed[--, descriptor_ref]
    mem[read32_swap, $xfer_0, table_page, <<8, descriptor, 1], indirect_ref, ctx_swap[sig1], defer[2]
    local_csr_rd[ActLMAddr0]
    immed[key_address, 0x0]
    alu[--, desc_type, -, map_type_hash]
    bne[open_other]
    jump[desc_hash_skip, hash_steps], defer[2]
    immed[hash, 0x0]
    immed[hashed, lock_bucket]
open_other:
    rtn[other_type]

lock_bucket:
    alu[$xfer_16, --, B, map_bucket_lock]
lock_again:
    mem[test_set, $xfer_16, desc_base, <<8, bucket, 1], ctx_swap[sig1]
    br_bset[$xfer_16, 0, lock_again]
    alu[head, --, B, $xfer_16]
    alu[entry, --, B, $xfer_16]
    bne[find_entry]
    rtn[missing]

fail_bad_table:
    br[fail], defer[1]
    immed[result, error_bad_table]

; Returns `result`, a negative errno; with the bucket locked, or without.
fail_locked:
    br[unlock_bucket], defer[1]
    immed[result_high, 0xffffffff]
fail:
    br[change_return], defer[1]
    immed[result_high, 0xffffffff]

unlock_bucket:
    alu[$xfer_16, --, B, head]
    mem[write32, $xfer_16, desc_base, <<8, bucket, 1], ctx_swap[sig1]
change_return:
    rtn[return_to], defer[2]
    alu[gprA_0, --, B, result], gpr_wrboth
    alu[gprA_1, --, B, result_high], gpr_wrboth
