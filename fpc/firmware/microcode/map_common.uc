; What the map routines share: hashing a key and searching a bucket's chain.
; SPDX-License-Identifier: Apache-2.0
;
; The descriptor stays in $xfer_0..15 (desc_*), entries are read into $xfer_16..31, the key is kept as words at the bottom of
; the context's scratch memory (index 3), its last word masked.

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
    alu[last_word, desc_key_mask, AND, *l$index0]
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
    mem[read32_swap, $xfer_16, desc_base, <<8, entry, 1], indirect_ref, ctx_swap[sig1]
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
