; Where contexts start: sets up what stays as it is, then asks for work.
; SPDX-License-Identifier: Apache-2.0
;
; Hardware context 2n takes the nth part of local memory.

context_start:
    immed[stack, lm_stacks]
    immed[scratch, lm_scratch]
    immed[vector, (lm_packet_vectors + 4 * pv_program_word)]
    br=ctx[0, context_ready]
    immed[stack, (lm_stacks + stack_bytes)]
    immed[scratch, (lm_scratch + lm_scratch_bytes)]
    immed[vector, (lm_packet_vectors + packet_vector_bytes + 4 * pv_program_word)]
    br=ctx[2, context_ready]
    immed[stack, (lm_stacks + 2 * stack_bytes)]
    immed[scratch, (lm_scratch + 2 * lm_scratch_bytes)]
    immed[vector, (lm_packet_vectors + 2 * packet_vector_bytes + 4 * pv_program_word)]
    br=ctx[4, context_ready]
    immed[stack, (lm_stacks + 3 * stack_bytes)]
    immed[scratch, (lm_scratch + 3 * lm_scratch_bytes)]
    immed[vector, (lm_packet_vectors + 3 * packet_vector_bytes + 4 * pv_program_word)]
context_ready:
    local_csr_wr[ActLMAddr1, vector]
    immed[zero, 0x0]
    immed[table_page, map_table_page]
    immed[retire_page, io_retire_page]
    immed[sequence_page, io_sequence_page_low]
    immed_w1[sequence_page, io_sequence_page_high]
    immed[multiplier, map_hash_multiplier_low]
    immed[descriptors, lm_descriptors]
    br[next_packet], defer[1]
    immed_w1[multiplier, map_hash_multiplier_high]
dispatch_end:
