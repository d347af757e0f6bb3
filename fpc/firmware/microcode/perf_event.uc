; Helper 25, perf_event_output: 0 or a negative errno in R0. Whether the host had room for the event nobody tells the program.
; SPDX-License-Identifier: Apache-2.0
;
; The datapath gathers packet and data by their addresses; what lies in local memory it cannot reach, so that is written out.

perf_event:
    immed[bits, 0xffff]
    immed_w1[bits, 0xf]
    alu[--, flags_high_3, AND~, bits]
    bne[event_bad_flags]
    immed[bits, 0x3fff]
    alu[bits, bits, AND, *l$index1[pv_length]]
    alu[--, bits, -, flags_high_3]
    blo[event_too_long]
    alu[--, data_kind, -, event_data_stack]
    bne[event_send]

    local_csr_wr[ActLMAddr2, data_low]
    alu[left, --, B, data_bytes]
    beq[event_send]
    nop
event_piece:
    alu[$xfer_0, --, B, *l$index2++]
    alu[$xfer_1, --, B, *l$index2++]
    alu[$xfer_2, --, B, *l$index2++]
    alu[$xfer_3, --, B, *l$index2++]
    alu[$xfer_4, --, B, *l$index2++]
    alu[$xfer_5, --, B, *l$index2++]
    mem[write32_swap, $xfer_0, retire_page, <<8, (io_event_data - io_base), event_piece_words], ctx_swap[sig1], defer[2]
    alu[$xfer_6, --, B, *l$index2++]
    alu[$xfer_7, --, B, *l$index2++]
    alu[left, left, -, (4 * event_piece_words)]
    bgt[event_piece]

event_send:
    alu[$xfer_0, --, B, event_map]
    alu[$xfer_1, --, B, flags_high_3]
    alu[$xfer_2, --, B, *l$index1[pv_length]]
    alu[$xfer_3, --, B, *l$index1[pv_pointer]]
    alu[$xfer_4, --, B, data_bytes]
    alu[$xfer_5, --, B, data_kind]
    mem[write32_swap, $xfer_0, retire_page, <<8, (io_event - io_base), event_words], ctx_swap[sig1], defer[2]
    alu[$xfer_6, --, B, data_low]
    alu[$xfer_7, --, B, data_high]
    rtn[return_to], defer[2]
    immed[gprA_0, 0x0], gpr_wrboth
    immed[gprA_1, 0x0], gpr_wrboth

event_too_long:
    rtn[return_to], defer[2]
    immed[gprA_0, error_fault], gpr_wrboth
    immed[gprA_1, 0xffffffff], gpr_wrboth
event_bad_flags:
    rtn[return_to], defer[2]
    immed[gprA_0, error_invalid], gpr_wrboth
    immed[gprA_1, 0xffffffff], gpr_wrboth
