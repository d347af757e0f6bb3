; Dispatch: takes a packet from the card, runs the program on it, hands it back with the program's verdict.
; SPDX-License-Identifier: Apache-2.0

    br[context_start]

; The program's exit: verdict in gprA_0, packet vector behind index 1. Two words go out in the command's defer slots.
packet_done:
    alu[$xfer_0, --, B, *l$index1[pv_length]]
    alu[$xfer_1, --, B, *l$index1[pv_pointer]]
    alu[$xfer_2, --, B, gprA_0]
    alu[$xfer_3, --, B, *l$index1[pv_sequence]]
    mem[write32_swap, $xfer_0, retire_page, <<8, 0x0, descriptor_words], ctx_swap[sig1], defer[2]
    alu[$xfer_4, --, B, *l$index1[pv_flags]]
    alu[$xfer_5, --, B, *l$index1[pv_queue]]

; The card answers with the packet vector. Index 0 is set before the context sleeps, so that a program that begins with a
; stack access finds it valid.
next_packet:
    mem[packet_add_thread, $xfer_0, zero, 0x0, pv_words], ctx_swap[sig1], defer[2]
    local_csr_wr[ActLMAddr0, stack]
    alu[gprA_22, --, B, stack]
    alu[*l$index1[pv_length], --, B, $xfer_0]
    alu[*l$index1[pv_split], --, B, $xfer_1]
    alu[*l$index1[pv_pointer], --, B, $xfer_2]
    alu[*l$index1[pv_sequence], --, B, $xfer_3]
    alu[*l$index1[pv_flags], --, B, $xfer_4]
    alu[*l$index1[pv_headers], --, B, $xfer_5]
    br[program], defer[2]
    alu[*l$index1[pv_queue], --, B, $xfer_6]
    alu[*l$index1[pv_meta], --, B, $xfer_7]

; Sets up what stays as it is: hardware context 2n takes the nth part of local memory.
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
