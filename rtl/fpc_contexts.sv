// The contexts: address, signals, sleep and wake-up of each, and which of them has the core.
// SPDX-License-Identifier: Apache-2.0
//
// A context that sleeps for all of its events takes them when it wakes; one that sleeps for any of
// them leaves them to br_signal.

module fpc_contexts #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // Start: one cycle after reset
  input  logic                boot_i,
  input  logic [15:0]         boot_pc_i,
  input  logic [Contexts-1:0] boot_contexts_i,

  // Signals from outside
  input  logic                signal_valid_i,
  input  logic [W-1:0]        signal_ctx_i,
  input  logic [15:0]         signal_mask_i,

  // The context that has the core, or would get it now
  output logic                valid_o,
  output logic                running_o,  // it has it already
  output logic [W-1:0]        ctx_o,
  output logic [15:0]         pc_o,
  output logic [15:0]         signals_o,
  output logic [Contexts-1:0] enabled_o,

  // Where another context would go on that could follow it
  output logic                next_valid_o,
  output logic [15:0]         next_pc_o,

  // What the word, the bubble or the fault does to it
  input  logic                take_i,     // it executes or faults: it has the core now
  input  logic                pc_we_i,
  input  logic [15:0]         pc_i,
  input  logic                clear_signal_i,
  input  logic [3:0]          clear_number_i,
  input  logic                die_i,
  input  logic                leave_i,
  input  logic [15:0]         leave_wakeup_i,
  input  logic                leave_any_i,
  input  logic                leave_arb_i,  // by ctx_arb, which enables or ends it
  input  logic                leave_kills_i
);
  `include "fpc_inject.svh"

  logic [15:0]         pc_q      [Contexts]  /* verilator public_flat_rd */;
  logic [15:0]         signals_q [Contexts]  /* verilator public_flat_rd */;
  logic [15:0]         wakeup_q  [Contexts]  /* verilator public_flat_rd */;
  logic [Contexts-1:0] asleep_q              /* verilator public_flat_rd */;
  logic [Contexts-1:0] enabled_q             /* verilator public_flat_rd */;
  logic [Contexts-1:0] any_q;
  logic [Contexts-1:0] dead_q;
  logic                running_q             /* verilator public_flat_rd */;
  logic [W-1:0]        current_q             /* verilator public_flat_rd */;

  logic [Contexts-1:0] ready                 /* verilator public_flat_rd */;
  logic [Contexts-1:0] others;
  logic [W-1:0]        granted;
  logic                is_granted;
  logic [W-1:0]        following;

  assign ready = enabled_q & ~asleep_q & ~dead_q;

  // current_q is the one that ran last when none has the core.
  fpc_arbiter #(.Contexts(Contexts)) u_arbiter (
    .request_i(ready),
    .last_i   (current_q),
    .grant_o  (granted),
    .valid_o  (is_granted)
  );

  always_comb begin
    others        = ready;
    others[ctx_o] = 1'b0;
  end

  fpc_arbiter #(.Contexts(Contexts)) u_next_arbiter (
    .request_i(others),
    .last_i   (ctx_o),
    .grant_o  (following),
    .valid_o  (next_valid_o)
  );

  assign running_o = running_q;
  assign ctx_o     = running_q ? current_q : granted;
  assign valid_o   = running_q || is_granted;
  assign pc_o      = pc_q[ctx_o];
  assign signals_o = signals_q[ctx_o];
  assign enabled_o = enabled_q;
  assign next_pc_o = pc_q[following];

  // Signals, sleep and wake-up of each context after this cycle
  logic [15:0]         signals_d [Contexts];
  logic [Contexts-1:0] asleep_d;
  logic [Contexts-1:0] changes;

  always_comb begin
    logic        is_any;
    logic [15:0] wanted;
    logic [15:0] arrived;
    is_any  = 1'b0;
    wanted  = '0;
    arrived = '0;
    for (int unsigned c = 0; c < Contexts; c++) begin
      signals_d[c] = signals_q[c];
      asleep_d[c]  = asleep_q[c];
      changes[c]   = 1'b0;
      is_any       = any_q[c];
      wanted       = wakeup_q[c];
      if (ctx_o == c[W-1:0]) begin
        changes[c] = clear_signal_i || leave_i;
        if (`FPC_FAULT(22, clear_signal_i, 1'b0)) signals_d[c][clear_number_i] = 1'b0;
        if (leave_i) begin
          is_any      = leave_any_i;
          wanted      = leave_wakeup_i;
          asleep_d[c] = leave_wakeup_i != '0;
        end
      end
      if (signal_valid_i && signal_ctx_i == c[W-1:0]) begin
        changes[c]   = 1'b1;
        signals_d[c] = signals_d[c] | signal_mask_i;
      end
      arrived = signals_d[c] & wanted;
      if (asleep_d[c] && (`FPC_FAULT(23, is_any, 1'b0) ? arrived != '0 : arrived == wanted)) begin
        asleep_d[c] = 1'b0;
        if (!`FPC_FAULT(24, is_any, 1'b1)) signals_d[c] = signals_d[c] & ~wanted;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned c = 0; c < Contexts; c++) begin
        pc_q[c]      <= '0;
        signals_q[c] <= '0;
        wakeup_q[c]  <= '0;
      end
      asleep_q  <= '0;
      enabled_q <= '0;
      any_q     <= '0;
      dead_q    <= '0;
      running_q <= 1'b0;
      current_q <= '1;
    end else if (boot_i) begin
      for (int unsigned c = 0; c < Contexts; c++) pc_q[c] <= boot_pc_i;
      enabled_q <= boot_contexts_i;
    end else begin
      for (int unsigned c = 0; c < Contexts; c++) begin
        if (changes[c]) begin
          signals_q[c] <= signals_d[c];
          asleep_q[c]  <= asleep_d[c];
        end
      end
      if (take_i) begin
        running_q <= 1'b1;
        current_q <= ctx_o;
      end
      if (pc_we_i) pc_q[ctx_o] <= pc_i;
      if (leave_i) begin
        running_q       <= 1'b0;
        wakeup_q[ctx_o] <= leave_wakeup_i;
        any_q[ctx_o]    <= leave_any_i;
        if (leave_arb_i) enabled_q[ctx_o] <= !`FPC_FAULT(25, leave_kills_i, 1'b0);
      end
      if (die_i) begin
        running_q     <= 1'b0;
        dead_q[ctx_o] <= `FPC_FAULT(26, 1'b1, 1'b0);
      end
    end
  end

endmodule
