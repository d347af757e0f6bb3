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
