; Registers that the firmware owns (23..31 of both banks) and what the units of the firmware call the others.
; SPDX-License-Identifier: Apache-2.0

; constant in a context
.reg stack              gprA_23     ; local memory: bottom of the stack
.reg scratch            gprA_24     ; local memory: scratch of the routines, 64 B aligned
.reg vector             gprA_25     ; local memory: packet vector, from the word that programs see first
.reg zero               gprA_26
.reg table_page         gprB_23     ; address >> 8 of the map descriptors
.reg retire_page        gprB_24     ; address >> 8 of the retire descriptor
.reg sequence_page      gprB_25     ; address >> 8 of the sequence words
.reg multiplier         gprB_26     ; of the hash
.reg descriptors        gprB_27     ; local memory: descriptor of table id 0

; at a helper's entry
.reg table              gprA_0      ; table id
.reg return_to          gprB_0
.reg flags_low          gprA_8      ; of map_update
.reg flags_high         gprA_9

; at the entry of perf_event: R2 to R5, and what R4 points to
.reg data_kind          gprA_1
.reg event_map          gprA_4
.reg flags_high_3       gprA_7      ; of R3: packet bytes
.reg data_low           gprB_8
.reg data_high          gprB_9
.reg data_bytes         gprB_10
.reg bits               gprB_2
.reg left               gprA_2

; of the map routines; all of them may be clobbered by a helper
.reg key_address        gprA_1      ; local memory
.reg hashed             gprB_10     ; continuation of hash_steps
.reg found              gprB_1      ; continuations of find_entry
.reg missing            gprB_5
.reg other_type         gprB_11     ; continuation of open_for_change
.reg last_word          gprB_3      ; of the key, masked
.reg mixed              gprB_2
.reg rotated            gprA_4
.reg hash               gprA_5
.reg product_low        gprA_2
.reg product_high       gprA_3
.reg product_high_b     gprB_3
.reg bucket             gprB_4      ; offset of the bucket word
.reg entry              gprB_6      ; offset of an entry
.reg previous           gprA_6      ; offset of its predecessor in the chain, 0: the bucket word
.reg value              gprB_7      ; offset of a value
.reg head               gprA_7      ; what the bucket word will hold when it is unlocked
.reg descriptor         gprA_10     ; offset of the descriptor from table_page
.reg counter            gprA_11     ; offset of one of its counters
.reg position           gprA_4
.reg stamp              gprA_5
.reg slot               gprB_8
.reg result             gprA_2
.reg result_high        gprA_3
.reg lock_bit           gprB_9
.reg place              gprB_2      ; local memory: of the descriptor
.reg base               gprA_27     ; address >> 8 of the map's memory
.reg value_address      gprA_28     ; local memory: of the value to write
.reg opened             gprB_28     ; continuations of load_descriptor
.reg no_map             gprB_29
