; Helper 1, map_lookup_elem: address of the value as (offset, base >> 8) in R0, or 0:0.
; SPDX-License-Identifier: Apache-2.0
;
; Reads without a lock: an entry is complete before it is chained, and not reused while a packet from before its removal is
; in service.

map_lookup:
    alu_shf[descriptor, --, B, table, <<6]
    alu[--, (lm_descriptor_slots - 1), -, table]
    blo[lookup_far]
    alu[place, descriptor, +, descriptors]
    local_csr_wr[ActLMAddr2, place]
    local_csr_wr[ActLMAddr3, scratch]
    local_csr_rd[ActLMAddr0]
    immed[key_address, 0x0]
lookup_opened:
    alu[--, desc_type, -, map_type_hash]
    bne[lookup_other]
    jump[desc_hash_skip, hash_steps], defer[3]
    alu[base, --, B, desc_base]
    immed[hash, 0x0]
    immed[hashed, lookup_hashed]
lookup_hashed:
    mem[read32, $xfer_16, base, <<8, bucket, 1], ctx_swap[sig1], defer[2]
    immed[found, lookup_found]
    immed[missing, lookup_none]
    alu[entry, $xfer_16, AND~, map_bucket_lock]
    bne[find_entry]
lookup_none:
    rtn[return_to], defer[2]
    immed[gprA_0, 0x0], gpr_wrboth
    immed[gprA_1, 0x0], gpr_wrboth
lookup_found:
    rtn[return_to], defer[2]
    alu[gprA_0, --, B, value], gpr_wrboth
    alu[gprA_1, --, B, base], gpr_wrboth

lookup_other:
    alu[--, desc_type, -, map_type_array]
    bne[lookup_load]
    alu[entry, --, B, *l$index0]
    alu[--, entry, -, desc_index_mask]
    bhs[lookup_none]
    alu[--, desc_value_offset, OR, 0x0]
    alu_shf[value, --, B, entry, <<indirect]
    rtn[return_to], defer[2]
    alu[gprA_0, --, B, value], gpr_wrboth
    alu[gprA_1, --, B, desc_base], gpr_wrboth

lookup_load:
    br[load_descriptor], defer[2]
    immed[opened, lookup_opened]
    immed[no_map, lookup_none]
lookup_far:
    br[load_far_descriptor], defer[2]
    immed[opened, lookup_opened]
    immed[no_map, lookup_none]
