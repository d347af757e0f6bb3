; What the map routines share: reading a descriptor, hashing a key, searching a bucket's chain.
; SPDX-License-Identifier: Apache-2.0
;
; Index 2 stands at the descriptor's constant words (desc_*), entries are read into $xfer_16..31, the key is kept as words at
; the bottom of the context's scratch memory (index 3), its last word masked.

; Table ids that local memory has no place for: the descriptor is read at every call, into the context's scratch memory.
; Sets what the callers have set already when they know a place.
load_far_descriptor:
    alu[--, max_maps, -, table]
    blo[no_such_map]
    alu[place, scratch, +, map_descriptor_bytes]
    local_csr_wr[ActLMAddr2, place]
    local_csr_wr[ActLMAddr3, scratch]
    local_csr_rd[ActLMAddr0]
    immed[key_address, 0x0]

; Fills the place behind index 2 and returns to `opened`; to `no_map` when the table id has no map. Contexts that load the same
; descriptor at the same time write the same words.
load_descriptor:
    immed[--, descriptor_ref]
    mem[read32_swap, $xfer_0, table_page, <<8, descriptor, 1], indirect_ref, ctx_swap[sig1]
    alu[--, map_type_array, -, $xfer_0]
    blo[no_such_map]
    alu[*l$index2[0], --, B, $xfer_0]
    beq[no_such_map]
    alu[*l$index2[1], --, B, $xfer_1]
    alu[*l$index2[2], --, B, $xfer_2]
    alu[*l$index2[3], --, B, $xfer_3]
    alu[*l$index2[4], --, B, $xfer_4]
    alu[*l$index2[5], --, B, $xfer_5]
    alu[*l$index2[6], --, B, $xfer_6]
    alu[*l$index2[7], --, B, $xfer_7]
    alu[*l$index2[8], --, B, $xfer_8]
    rtn[opened], defer[3]
    alu[*l$index2[9], --, B, $xfer_9]
    alu[*l$index2[10], --, B, $xfer_10]
    alu[*l$index2[11], --, B, $xfer_11]
no_such_map:
    rtn[no_map]

; Entered by a jump past the steps that the key does not need, with hash 0. Returns to `hashed` with the bucket's offset in
; `bucket`, index 0 at the key again and index 3 at the kept key; both are valid 3 words later.
hash_steps:
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    alu[mixed, hash, XOR, *l$index0]
    alu[*l$index3++, --, B, *l$index0++]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
hash_last_word:
    alu[last_word, --, B, desc_key_mask]
    alu[last_word, last_word, AND, *l$index0]
    alu[*l$index3, --, B, last_word]
    alu[mixed, hash, XOR, last_word]
    alu_shf[rotated, --, B, mixed, >>rot13]
    alu[hash, rotated, -, mixed]
    local_csr_wr[ActLMAddr0, key_address]
    local_csr_wr[ActLMAddr3, scratch]
    mul_step[hash, multiplier], start
    mul_step[hash, multiplier], 32x32_step1
    mul_step[hash, multiplier], 32x32_step2
    mul_step[hash, multiplier], 32x32_step3
    mul_step[hash, multiplier], 32x32_step4
    mul_step[product_low, --], 32x32_last
    rtn[hashed], defer[3]
    mul_step[product_high, --], 32x32_last2, gpr_wrboth
    alu[bucket, product_low, XOR, product_high_b]
    alu[bucket, bucket, AND, desc_index_mask]

; Looks for the kept key from `entry` on, which is not 0. Returns to `found` with `entry`, `previous` and `value` set and the
; offset of the next entry in $xfer_16; or to `missing`.
find_entry:
    immed[previous, 0x0]
find_here:
    alu[--, --, B, desc_entry_ref]
    mem[read32_swap, $xfer_16, base, <<8, entry, 1], indirect_ref, ctx_swap[sig1]
    jump[desc_compare_skip, compare_steps]
compare_steps:
    alu[--, *l$index3[13], XOR, $xfer_31]
    bne[find_next]
    alu[--, *l$index3[12], XOR, $xfer_30]
    bne[find_next]
    alu[--, *l$index3[11], XOR, $xfer_29]
    bne[find_next]
    alu[--, *l$index3[10], XOR, $xfer_28]
    bne[find_next]
    alu[--, *l$index3[9], XOR, $xfer_27]
    bne[find_next]
    alu[--, *l$index3[8], XOR, $xfer_26]
    bne[find_next]
    alu[--, *l$index3[7], XOR, $xfer_25]
    bne[find_next]
    alu[--, *l$index3[6], XOR, $xfer_24]
    bne[find_next]
    alu[--, *l$index3[5], XOR, $xfer_23]
    bne[find_next]
    alu[--, *l$index3[4], XOR, $xfer_22]
    bne[find_next]
    alu[--, *l$index3[3], XOR, $xfer_21]
    bne[find_next]
    alu[--, *l$index3[2], XOR, $xfer_20]
    bne[find_next]
    alu[--, *l$index3[1], XOR, $xfer_19]
    bne[find_next]
    alu[--, *l$index3[0], XOR, $xfer_18]
    bne[find_next]
    rtn[found], defer[1]
    alu[value, entry, +, desc_value_offset]
find_next:
    alu[previous, --, B, entry]
    alu[entry, --, B, $xfer_16]
    bne[find_here]
    rtn[missing]
