; Control messages that walk a map: the first entries, or those behind a key.
; SPDX-License-Identifier: Apache-2.0
;
; A hash map is walked bucket by bucket, each chain to its end; behind a key that is not there comes the first entry. Inserts and
; removals go on meanwhile: an entry that stays in the map during the whole walk is met exactly once.

control_get_first:
    br[control_take_entry], defer[1]
    immed[resume, first_taken]
first_taken:
    alu[base, --, B, desc_base]
    alu[--, desc_type, -, map_type_hash]
    bne[first_element]
walk_first:
    br[walk_buckets], defer[1]
    immed[bucket, 0x0]

control_get_next:
    br[control_take_entry], defer[1]
    immed[resume, next_taken]
next_taken:
    alu[key_address, --, B, stack]
    alu[--, desc_type, -, map_type_hash]
    bne[next_element]
    immed[found, walk_found]
    immed[missing, walk_first]
    jump[desc_hash_skip, hash_steps], defer[3]
    alu[base, --, B, desc_base]
    immed[hash, 0x0]
    immed[hashed, walk_hashed]
walk_hashed:
    mem[read32, $xfer_16, base, <<8, bucket, 1], ctx_swap[sig1]
    alu[entry, $xfer_16, AND~, map_bucket_lock]
    bne[find_entry]
    br[walk_first]
walk_found:
    alu[entry, --, B, $xfer_16]
    bne[walk_entry]

walk_next_bucket:
    alu[bucket, bucket, +, 0x4]
; Empty buckets pass by sixteen at a time.
walk_buckets:
    alu[--, desc_index_mask, -, bucket]
    blo[walk_end]
    alu[--, bucket, AND, 0x3f]
    bne[walk_bucket]
    immed[--, control_block_ref]
    mem[read32, $xfer_0, base, <<8, bucket, 1], indirect_ref, ctx_swap[sig1]
    alu[bits, --, B, $xfer_0]
    alu[bits, bits, OR, $xfer_1]
    alu[bits, bits, OR, $xfer_2]
    alu[bits, bits, OR, $xfer_3]
    alu[bits, bits, OR, $xfer_4]
    alu[bits, bits, OR, $xfer_5]
    alu[bits, bits, OR, $xfer_6]
    alu[bits, bits, OR, $xfer_7]
    alu[bits, bits, OR, $xfer_8]
    alu[bits, bits, OR, $xfer_9]
    alu[bits, bits, OR, $xfer_10]
    alu[bits, bits, OR, $xfer_11]
    alu[bits, bits, OR, $xfer_12]
    alu[bits, bits, OR, $xfer_13]
    alu[bits, bits, OR, $xfer_14]
    alu[bits, bits, OR, $xfer_15]
    alu[--, bits, AND~, map_bucket_lock]
    bne[walk_bucket]
    br[walk_buckets], defer[1]
    alu[bucket, bucket, +, 0x40]
walk_bucket:
    mem[read32, $xfer_0, base, <<8, bucket, 1], ctx_swap[sig1]
    alu[entry, $xfer_0, AND~, map_bucket_lock]
    beq[walk_next_bucket]

walk_entry:
    alu[--, --, B, desc_entry_ref]
    mem[read32_swap, $xfer_16, base, <<8, entry, 1], indirect_ref, ctx_swap[sig1]
    alu[next_entry, --, B, $xfer_16]
    alu[value, entry, +, desc_value_offset]
    alu[$xfer_18, --, B, $xfer_18]
    alu[$xfer_19, --, B, $xfer_19]
    alu[$xfer_20, --, B, $xfer_20]
    alu[$xfer_21, --, B, $xfer_21]
    alu[$xfer_22, --, B, $xfer_22]
    alu[$xfer_23, --, B, $xfer_23]
    alu[$xfer_24, --, B, $xfer_24]
    alu[$xfer_25, --, B, $xfer_25]
    alu[$xfer_26, --, B, $xfer_26]
    alu[$xfer_27, --, B, $xfer_27]
    alu[$xfer_28, --, B, $xfer_28]
    alu[$xfer_29, --, B, $xfer_29]
    alu[$xfer_30, --, B, $xfer_30]
    alu[$xfer_31, --, B, $xfer_31]
    immed[bits, control_entry_header_ref]
    alu[--, desc_entry_ref, -, bits]
    mem[write32_swap, $xfer_18, out, 0x0, 1], indirect_ref, ctx_swap[sig1]
    immed[walk_more, walk_after_entry]
    br[control_put_value], defer[1]
    immed[resume, walk_put]
walk_after_entry:
    alu[entry, --, B, next_entry]
    bne[walk_entry]
    br[walk_next_bucket]

walk_put:
    alu[done, done, +, 0x1]
    alu[--, wanted, -, done]
    beq[control_last]
    rtn[walk_more], defer[1]
    alu[out, out, +, control_entry_bytes]
walk_end:
    br[control_last], defer[1]
    immed[status, control_no_entry]

next_element:
    alu[element, --, B, *l$index0]
    alu[--, element, -, desc_index_mask]
    bhs[first_element]
    br[walk_element], defer[1]
    alu[element, element, +, 0x1]
first_element:
    immed[element, 0x0]
walk_element:
    alu[base, --, B, desc_base]
    alu[--, element, -, desc_index_mask]
    bhs[walk_end]
    alu[$xfer_0, --, B, element]
    mem[write32_swap, $xfer_0, out, 0x0, 1], ctx_swap[sig1]
    alu[--, desc_value_offset, OR, 0x0]
    alu_shf[value, --, B, element, <<indirect]
    immed[walk_more, walk_after_element]
    br[control_put_value], defer[1]
    immed[resume, walk_put]
walk_after_element:
    br[walk_element], defer[1]
    alu[element, element, +, 0x1]
