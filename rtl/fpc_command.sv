// Builds a memory command: address, length and data after the override word, and whether it is one.
// SPDX-License-Identifier: Apache-2.0
//
// Of the override word (the previous result, with indirect_ref) only LENGTH and DATA16 are modelled:
//   31:16 DATA16   12:8 LENGTH   7 LENGTH counts   5:3 2: DATA16 counts   all else 0

module fpc_command #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  fpc_pkg::uop_t     uop_i,
  input  logic [W-1:0]      ctx_i,
  input  logic [31:0]       a_i,
  input  logic [31:0]       b_i,
  input  logic [31:0]       prev_r_i,
  output fpc_pkg::command_t command_o,
  output logic [1:0]        slots_o,
  output logic              ok_o
);
  `include "fpc_inject.svh"

  logic [31:0] override_word;
  logic        has_length;
  logic        takes_data16;
  logic        override_ok;
  logic [4:0]  raw;       // length field in effect
  logic        is_atomic;
  logic        length_ok;
  logic        address_ok;
  logic [3:0]  unit_bytes;
  logic [8:0]  bytes;
  logic [6:0]  registers;
  logic [6:0]  last_register;
  logic [1:0]  swap_mode;

  assign override_word = uop_i.word[fpc_isa_pkg::MemIndirectRefLsb] ? prev_r_i : '0;
  assign has_length    = override_word[7];
  assign takes_data16  = override_word[5:3] == 3'd2;
  assign override_ok   = override_word[15:13] == '0 && override_word[6] == 1'b0 &&
                         override_word[2:0] == '0 &&
                         (override_word[5:3] == 3'd0 || takes_data16);
  assign raw           = has_length ? override_word[12:8]
                                    : {2'b00, uop_i.word[fpc_isa_pkg::MemCountLsb +: 3]};
  assign is_atomic     = fpc_isa_pkg::InsnAtomic[uop_i.op];
  assign unit_bytes    = fpc_isa_pkg::InsnUnitBytes[uop_i.op*4 +: 4];
  assign swap_mode     = uop_i.word[fpc_isa_pkg::MemSwapModeLsb +: 2];
  assign slots_o       = swap_mode == 2'd3 ? 2'd0 : `FPC_FAULT(40, swap_mode, 2'd0);

  always_comb begin
    command_o            = '0;
    command_o.op         = uop_i.op;
    command_o.ctx        = 3'(ctx_i);
    command_o.xfer       = {uop_i.word[fpc_isa_pkg::MemXferHighLsb],
                            uop_i.word[fpc_isa_pkg::MemXferLowLsb +: 5]};
    command_o.signal     = uop_i.word[fpc_isa_pkg::MemSignalLsb +: 4];
    command_o.swaps      = swap_mode != 2'd3;
    command_o.wide       = 1'b1;
    command_o.is64       = is_atomic && raw[2];
    command_o.has_data16 = is_atomic && raw[3];
    if (command_o.has_data16) command_o.data16 = override_word[31:16];
    if (!is_atomic) command_o.length = {1'b0, raw} + `FPC_FAULT(41, 6'd1, 6'd2);
    else            command_o.length = command_o.is64 ? 6'd2 : 6'd1;
    address_ok = 1'b1;
    case (uop_i.word[fpc_isa_pkg::MemAddressModeLsb +: 3])
      3'd0: command_o.address = {a_i, 8'd0} + {8'd0, b_i};
      3'd1: command_o.address = {b_i, 8'd0} + `FPC_FAULT(42, {8'd0, a_i}, 40'd0);
      3'd4: begin
        command_o.address = {8'd0, a_i + b_i};
        command_o.wide    = 1'b0;
      end
      default: address_ok = 1'b0;
    endcase
  end

  assign length_ok = !is_atomic ? !takes_data16
                                : !raw[4] && raw[1:0] == '0 && raw[3] == takes_data16 &&
                                  (raw[3] || !fpc_isa_pkg::InsnTakesData[uop_i.op]);

  // Transfer registers that the data fills
  assign bytes         = is_atomic ? {1'b0, command_o.length, 2'b00}
                                   : {3'd0, command_o.length} * {5'd0, unit_bytes};
  assign registers     = bytes[8:2] + {6'd0, bytes[1:0] != '0};
  assign last_register = {1'b0, command_o.xfer} + registers;

  assign ok_o = address_ok && override_ok && length_ok &&
                `FPC_FAULT(43, last_register <= 7'd64, 1'b1) &&
                (!command_o.swaps || command_o.signal != '0);

endmodule
