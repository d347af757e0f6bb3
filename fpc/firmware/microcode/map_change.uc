; What map_update and map_delete share: opening the map, locking the bucket, returning.
; SPDX-License-Identifier: Apache-2.0
;
; Bit 0 of a bucket word is its lock. The word that unlocks it is the new first entry, so chaining and unlocking are one write.

; Goes to `other_type` when the table is an array, else to `found` or `missing` with the bucket locked and its first entry in
; `head`.
open_for_change:
    alu_shf[descriptor, --, B, table, <<6]
    alu[--, (lm_descriptor_slots - 1), -, table]
    blo[change_far]
    alu[place, descriptor, +, descriptors]
    local_csr_wr[ActLMAddr2, place]
    local_csr_wr[ActLMAddr3, scratch]
    local_csr_rd[ActLMAddr0]
    immed[key_address, 0x0]
change_opened:
    alu[--, desc_type, -, map_type_hash]
    bne[change_other]
    jump[desc_hash_skip, hash_steps], defer[3]
    alu[base, --, B, desc_base]
    immed[hash, 0x0]
    immed[hashed, lock_bucket]
change_other:
    alu[--, desc_type, -, map_type_array]
    bne[change_load]
    rtn[other_type]
change_load:
    br[load_descriptor], defer[2]
    immed[opened, change_opened]
    immed[no_map, fail_bad_table]
change_far:
    br[load_far_descriptor], defer[2]
    immed[opened, change_opened]
    immed[no_map, fail_bad_table]

lock_bucket:
    alu[$xfer_16, --, B, map_bucket_lock]
lock_again:
    mem[test_set, $xfer_16, base, <<8, bucket, 1], ctx_swap[sig1]
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
    mem[write32, $xfer_16, base, <<8, bucket, 1], ctx_swap[sig1]
change_return:
    rtn[return_to], defer[2]
    alu[gprA_0, --, B, result], gpr_wrboth
    alu[gprA_1, --, B, result_high], gpr_wrboth
