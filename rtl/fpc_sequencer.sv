// Decides each cycle whether the word in X executes, where the context goes on, and when it leaves.
// SPDX-License-Identifier: Apache-2.0
//
// A cycle is one of: a word, a bubble (both count as busy), a fault, or nothing: halted, held by
// the command port, no context ready, word not fetched yet. Branches, swapping commands and ctx_arb
// take effect behind their defer slots; the bubbles that the cost rule asks for follow then, and
// only after those the context leaves.

module fpc_sequencer (
  input  logic              clk_i,
  input  logic              rst_ni,

  // What holds the core
  input  logic              halt_i,
  input  logic              hold_i,           // the command port
  input  logic              watchdog_i,

  // Context
  input  logic              ctx_valid_i,
  input  logic              running_i,
  input  logic [15:0]       pc_i,
  input  logic [13:0]       store_size_i,

  // Word in X
  input  logic              hit_i,
  input  logic [3:0]        word_fault_i,     // fpc_pkg::fault_e
  input  logic              tests_signal_i,
  input  logic              leaves_i,         // it branches, swaps or arbitrates
  input  fpc_pkg::leave_t   leave_i,
  input  logic              leave_is_taken_i, // not merely the end of the slots of a branch not taken
  input  logic              next_valid_i,
  input  logic [15:0]       next_pc_i,

  // Verdict
  output logic              try_o,            // the word executes or faults
  output logic              go_o,
  output logic              busy_o,
  output logic              take_o,
  output logic              die_o,
  output logic [3:0]        fault_o,
  output logic              sync_o,
  output logic [1:0]        pending_o,        // fpc_pkg::leave_e

  // Where to go on
  output logic              wanted_o,
  output logic              pc_we_o,
  output logic [15:0]       pc_o,
  output logic              redirect_o,
  output logic [1:0]        redirect_keep_o,
  output logic [15:0]       redirect_pc_o,

  // Giving up the core
  output logic              leave_o,
  output logic [1:0]        leave_kind_o,     // fpc_pkg::leave_e
  output logic [15:0]       leave_wakeup_o,
  output logic              leave_any_o,
  output logic              leave_kills_o
);
  `include "fpc_inject.svh"

  fpc_pkg::leave_t pending_q;  // slots: how many are left
  fpc_pkg::leave_t pending;    // as far as the context that would run has it
  logic [1:0]      bubbles_q   /* verilator public_flat_rd */;
  logic [1:0]      leaving_q;  // fpc_pkg::leave_e: after the bubbles
  logic            beyond_q    /* verilator public_flat_rd */;  // target above 16 bits

  logic            moves;
  logic            starts;     // a word is due
  logic            bubble;
  logic            beyond;
  logic            at_end;
  logic            is_last_slot;
  logic            finishes;
  fpc_pkg::leave_t due;
  logic            leaves_core;
  logic            taken_q;    // what is pending goes elsewhere
  logic            turns;

  assign pending = running_i ? pending_q : '0;
  assign pending_o = pending.kind;

  assign moves  = !halt_i && !hold_i;
  assign bubble = moves && bubbles_q != '0;
  assign starts = ctx_valid_i && bubbles_q == '0;

  // Beyond the word behind the last one nothing is even looked at.
  assign beyond = pc_i > {2'b00, store_size_i} || (beyond_q && running_i);
  assign at_end = pc_i == {2'b00, store_size_i};

  always_comb begin
    fault_o = fpc_pkg::FaultNone;
    if (beyond)          fault_o = fpc_pkg::FaultPcOutOfRange;
    else if (watchdog_i) fault_o = fpc_pkg::FaultWatchdog;
    else if (at_end)     fault_o = fpc_pkg::FaultPcOutOfRange;
    else if (hit_i)      fault_o = word_fault_i;
  end

  assign try_o  = starts && moves && hit_i && !beyond && !watchdog_i && !at_end;
  assign go_o   = try_o && word_fault_i == fpc_pkg::FaultNone;
  assign die_o  = starts && moves && fault_o != fpc_pkg::FaultNone;
  assign take_o = go_o || die_o;
  assign busy_o = go_o || bubble;
  assign sync_o = starts && hit_i && running_i && !beyond && !at_end && tests_signal_i &&
                  word_fault_i == fpc_pkg::FaultNone;

  // Defer slots
  assign is_last_slot = pending.kind != fpc_pkg::LeaveNone && pending.slots == 2'd1;
  assign due          = leaves_i ? leave_i : pending;
  assign finishes     = go_o && (leaves_i ? leave_i.slots == '0 : is_last_slot);
  assign leaves_core  = due.kind == fpc_pkg::LeaveCommand || due.kind == fpc_pkg::LeaveArbitration;

  assign pc_we_o = go_o || die_o;
  assign pc_o    = die_o ? pc_i : finishes ? due.target[15:0] : pc_i + 16'd1;

  // The context leaves at once, or with the last bubble.
  assign leave_o = (finishes && leaves_core && due.bubbles == '0) ||
                   (bubble && bubbles_q == 2'd1 && leaving_q != fpc_pkg::LeaveNone);
  assign leave_kind_o   = bubble ? leaving_q : due.kind;
  assign leave_wakeup_o = bubble ? pending_q.wakeup : due.wakeup;
  assign leave_any_o    = bubble ? pending_q.any : due.any;
  assign leave_kills_o  = bubble ? pending_q.kills : due.kills;

  // Fetch: D and F hold two more words, so a change of direction is due when at most two slots are
  // left. Who follows a context that gives up the core is a guess.
  assign wanted_o        = ctx_valid_i && leaving_q == fpc_pkg::LeaveNone;
  assign turns           = leaves_i ? leave_is_taken_i
                                    : taken_q && pending.kind != fpc_pkg::LeaveNone;
  assign redirect_o      = go_o && turns && (leaves_i ? leave_i.slots != 2'd3
                                                      : pending.slots == 2'd3);
  assign redirect_keep_o = leaves_i ? leave_i.slots : 2'd2;
  assign redirect_pc_o   = leaves_core && next_valid_i ? next_pc_i : due.target[15:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
      bubbles_q <= '0;
      leaving_q <= fpc_pkg::LeaveNone;
      beyond_q  <= 1'b0;
      taken_q   <= 1'b0;
    end else if (bubble) begin
      bubbles_q <= bubbles_q - 2'd1;
      if (bubbles_q == 2'd1) leaving_q <= fpc_pkg::LeaveNone;
    end else if (die_o) begin
      pending_q.kind <= fpc_pkg::LeaveNone;
      beyond_q       <= 1'b0;
    end else if (go_o) begin
      beyond_q <= 1'b0;
      if (leaves_i) begin
        pending_q <= leave_i;
        taken_q   <= leave_is_taken_i;
      end else begin
        pending_q.kind <= pending.kind;
        if (pending.kind != fpc_pkg::LeaveNone) pending_q.slots <= pending.slots - 2'd1;
      end
      if (finishes) begin
        pending_q.kind <= fpc_pkg::LeaveNone;
        bubbles_q      <= due.bubbles;
        beyond_q       <= due.target[31:16] != '0;
        if (leaves_core && due.bubbles != '0) leaving_q <= due.kind;
      end
    end
  end

endmodule
