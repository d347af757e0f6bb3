; Control messages: takes one from the card, does what it asks for, hands the reply back.
; SPDX-License-Identifier: Apache-2.0
;
; Map operations are those of programs: the same routines on the same memory. The reply is written over the request. While a
; message is in service the card counts it like a packet, so that no deleted entry is reused under it. UPDATE and DELETE do what
; their entries say one after the other, up to the first error.

.reg message            gprA_12     ; address in CTM
.reg message_b          gprB_12
.reg header             gprA_13     ; first word of the request
.reg kind               gprB_13     ; of the request
.reg table_id           gprA_14
.reg wanted             gprA_15     ; entries
.reg done               gprB_15     ; entries in the reply; what else the third word of a reply holds
.reg out                gprA_16     ; address of the next entry, in the request and in the reply
.reg status             gprB_16
.reg length             gprA_17     ; bytes of the request
.reg next_entry         gprB_17
.reg element            gprA_18     ; of an array
.reg resume             gprB_18     ; continuations
.reg walk_more          gprB_19
.reg op_flags           gprA_19

    br[context_start]

next_packet:
    mem[packet_add_thread, $xfer_0, zero, 0x0, io_message_words], ctx_swap[sig1]
    alu[length, --, B, $xfer_0]
    alu[message, --, B, $xfer_1], gpr_wrboth
    mem[read32, $xfer_0, message, 0x0, 6], ctx_swap[sig1]
    alu[header, --, B, $xfer_0]
    alu[--, length, -, control_header_bytes]
    blo[control_drop]
    alu_shf[bits, --, B, header, >>16]
    alu[bits, bits, AND, 0xff]
    alu[--, control_version, -, bits]
    blo[control_drop]
    alu_shf[kind, --, B, header, >>24]
    alu[--, control_map_get_first, -, kind]
    blo[control_drop]
    alu[out, message, +, control_entries_at]
    immed[done, 0x0]
    immed[status, control_ok]
    jump[kind, control_kinds]
control_kinds:
    br[control_drop]
    br[control_alloc]
    br[control_free]
    br[control_lookup]
    br[control_update]
    br[control_delete]
    br[control_get_next]
    br[control_get_first]

control_drop:
    br[control_send], defer[1]
    alu[$xfer_0, --, B, zero]

; Tables come and go through the card's table service.
control_alloc:
    alu[--, length, -, control_alloc_bytes]
    blo[control_short_table]
    br[control_table]
control_free:
    alu[--, length, -, control_free_bytes]
    blo[control_short_table]
control_table:
    alu[$xfer_1, --, B, $xfer_1]
    alu[$xfer_2, --, B, $xfer_2]
    alu[$xfer_3, --, B, $xfer_3]
    alu[$xfer_4, --, B, $xfer_4]
    alu[$xfer_5, --, B, $xfer_5]
    alu[$xfer_0, --, B, kind]
    mem[write32_swap, $xfer_0, retire_page, <<8, (io_tables - io_base), io_table_words], ctx_swap[sig1]
    mem[read32_swap, $xfer_0, retire_page, <<8, (io_tables - io_base), io_table_answer_words], ctx_swap[sig1]
    alu[status, --, B, $xfer_0]
    alu[done, --, B, $xfer_1]
; The core forgets the descriptor of a table that has changed.
    alu[table, --, B, $xfer_2]
    alu[--, (lm_descriptor_slots - 1), -, table]
    blo[control_table_reply]
    alu_shf[descriptor, --, B, table, <<6]
    alu[place, descriptor, +, descriptors]
    local_csr_wr[ActLMAddr2, place]
    nop
    nop
    nop
    alu[*l$index2[0], --, B, zero]
control_table_reply:
    br[control_write], defer[1]
    alu[out, message, +, control_table_reply_bytes]
control_short_table:
    br[control_table_reply], defer[1]
    immed[status, control_parse]

control_lookup:
    br[control_take_entry], defer[1]
    immed[resume, lookup_taken]
lookup_taken:
    br[map_lookup], defer[2]
    alu[table, --, B, table_id]
    immed[return_to, lookup_answer]
lookup_answer:
    alu[base, --, B, gprA_1]
    beq[control_last], defer[1]
    immed[status, control_no_entry]
    alu[value, --, B, gprA_0]
    br[control_put_value], defer[1]
    immed[resume, control_ok_reply]

control_update:
    br[control_take_changes], defer[1]
    immed[resume, update_taken]
update_taken:
    alu[place, stack, +, control_value_at]
    local_csr_wr[ActLMAddr2, place]
    immed[--, control_words_ref]
    mem[read32_swap, $xfer_0, out, control_key_slot, 1], indirect_ref, ctx_swap[sig1]
    alu[*l$index2++, --, B, $xfer_0]
    alu[*l$index2++, --, B, $xfer_1]
    alu[*l$index2++, --, B, $xfer_2]
    alu[*l$index2++, --, B, $xfer_3]
    alu[*l$index2++, --, B, $xfer_4]
    alu[*l$index2++, --, B, $xfer_5]
    alu[*l$index2++, --, B, $xfer_6]
    alu[*l$index2++, --, B, $xfer_7]
    alu[*l$index2++, --, B, $xfer_8]
    alu[*l$index2++, --, B, $xfer_9]
    alu[*l$index2++, --, B, $xfer_10]
    alu[*l$index2++, --, B, $xfer_11]
    alu[*l$index2++, --, B, $xfer_12]
    alu[*l$index2++, --, B, $xfer_13]
    local_csr_wr[ActLMAddr2, place]
    alu[flags_low, --, B, op_flags]
    immed[flags_high, 0x0]
    br[map_update], defer[2]
    alu[table, --, B, table_id]
    immed[return_to, change_answer]

control_delete:
    br[control_take_changes], defer[1]
    immed[resume, delete_taken]
delete_taken:
    br[map_delete], defer[2]
    alu[table, --, B, table_id]
    immed[return_to, change_answer]

; R0 is 0 or a negative errno.
change_answer:
    alu[bits, zero, -, gprB_0]
    beq[change_done]
    alu[--, bits, -, errno_no_entry]
    beq[control_last], defer[1]
    immed[status, control_no_entry]
    alu[--, bits, -, errno_too_big]
    beq[control_last], defer[1]
    immed[status, control_too_big]
    alu[--, bits, -, errno_no_memory]
    beq[control_last], defer[1]
    immed[status, control_no_memory]
    alu[--, bits, -, errno_exists]
    beq[control_last], defer[1]
    immed[status, control_exists]
    alu[--, bits, -, errno_bad_table]
    beq[control_last], defer[1]
    immed[status, control_bad_table]
    br[control_last], defer[1]
    immed[status, control_invalid]
change_done:
    alu[done, done, +, 0x1]
    alu[--, wanted, -, done]
    beq[control_last]
    br[control_take_key], defer[1]
    alu[out, out, +, control_entry_bytes]

; A message that does not hold the entries that it says is refused as a whole.
control_take_changes:
    alu[wanted, --, B, $xfer_2]
    alu[--, control_most_entries, -, wanted]
    blo[control_short_entry]
    immed[bits, control_entry_bytes]
    mul_step[wanted, bits], start
    mul_step[wanted, bits], 16x16_step1
    mul_step[wanted, bits], 16x16_step2
    mul_step[bits, --], 16x16_last
    alu[bits, bits, +, control_entries_at]
    alu[--, length, -, bits]
    blo[control_short_entry]

; The request's entry goes to local memory: the key to the stack's bottom. Returns to `resume` with index 0 there, index 2 at
; the table's descriptor and index 3 at the scratch memory.
control_take_entry:
    alu[--, length, -, control_request_bytes]
    blo[control_short_entry]
    alu[table_id, --, B, $xfer_1]
    alu[op_flags, --, B, $xfer_3]
    alu[wanted, --, B, $xfer_2]
    bne[control_some_wanted]
    immed[wanted, 0x1]
control_some_wanted:
    alu[--, control_most_entries, -, wanted]
    bhs[control_take_key]
    immed[wanted, control_most_entries]
control_take_key:
    local_csr_wr[ActLMAddr0, stack]
    immed[--, control_words_ref]
    mem[read32_swap, $xfer_0, out, 0x0, 1], indirect_ref, ctx_swap[sig1]
    alu[*l$index0++, --, B, $xfer_0]
    alu[*l$index0++, --, B, $xfer_1]
    alu[*l$index0++, --, B, $xfer_2]
    alu[*l$index0++, --, B, $xfer_3]
    alu[*l$index0++, --, B, $xfer_4]
    alu[*l$index0++, --, B, $xfer_5]
    alu[*l$index0++, --, B, $xfer_6]
    alu[*l$index0++, --, B, $xfer_7]
    alu[*l$index0++, --, B, $xfer_8]
    alu[*l$index0++, --, B, $xfer_9]
    alu[*l$index0++, --, B, $xfer_10]
    alu[*l$index0++, --, B, $xfer_11]
    alu[*l$index0++, --, B, $xfer_12]
    alu[*l$index0++, --, B, $xfer_13]
    local_csr_wr[ActLMAddr0, stack]
    alu[table, --, B, table_id]
    immed[opened, control_opened]
    immed[no_map, control_no_table]
    alu_shf[descriptor, --, B, table, <<6]
    alu[--, (lm_descriptor_slots - 1), -, table]
    blo[load_far_descriptor]
    alu[place, descriptor, +, descriptors]
    local_csr_wr[ActLMAddr2, place]
    local_csr_wr[ActLMAddr3, scratch]
    nop
    nop
control_opened:
    alu[--, --, B, desc_type]
    beq[load_descriptor]
    rtn[resume]
control_no_table:
    br[control_last], defer[1]
    immed[status, control_bad_table]
control_short_entry:
    br[control_last], defer[1]
    immed[status, control_parse]

; Copies the value at base and `value` into the reply's entry.
control_put_value:
    alu[--, --, B, desc_value_ref]
    mem[read32_swap, $xfer_0, base, <<8, value, 1], indirect_ref, ctx_swap[sig1]
    alu[$xfer_0, --, B, $xfer_0]
    alu[$xfer_1, --, B, $xfer_1]
    alu[$xfer_2, --, B, $xfer_2]
    alu[$xfer_3, --, B, $xfer_3]
    alu[$xfer_4, --, B, $xfer_4]
    alu[$xfer_5, --, B, $xfer_5]
    alu[$xfer_6, --, B, $xfer_6]
    alu[$xfer_7, --, B, $xfer_7]
    alu[$xfer_8, --, B, $xfer_8]
    alu[$xfer_9, --, B, $xfer_9]
    alu[$xfer_10, --, B, $xfer_10]
    alu[$xfer_11, --, B, $xfer_11]
    alu[$xfer_12, --, B, $xfer_12]
    alu[$xfer_13, --, B, $xfer_13]
    alu[--, --, B, desc_value_ref]
    mem[write32_swap, $xfer_0, out, control_key_slot, 1], indirect_ref, ctx_swap[sig1]
    rtn[resume]

; Behind the last entry, or the place of the one that failed.
control_ok_reply:
    immed[status, control_ok]
    br[control_last], defer[1]
    immed[done, 0x1]
control_last:
    alu[out, out, +, control_entry_bytes]
control_write:
    immed[bits, 0x80000000]
    alu[$xfer_0, header, OR, bits]
    alu[$xfer_1, --, B, status]
    alu[$xfer_2, --, B, done]
    mem[write32, $xfer_0, message, 0x0, 4], ctx_swap[sig1], defer[1]
    alu[$xfer_3, --, B, zero]
    alu[$xfer_0, out, -, message_b]
control_send:
    mem[write32_swap, $xfer_0, retire_page, <<8, (io_reply - io_base), 1], ctx_swap[sig1]
    br[next_packet]
