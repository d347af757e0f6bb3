// A flow processing core: control store, fetch, decode, execution, contexts and the command port.
// SPDX-License-Identifier: Apache-2.0
//
//   F            D                    X
//   store -----> ECC, decode -------> operands, ALU, branch, write back
//     ^                                 |        |
//     +------ next address <------------+        +--> command port, retirement
//
// docs/rtl.md has the pictures, the timing of the ports and what counts as a cycle.

module fpc_core #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // Start, taken in the first cycle after reset
  input  logic [15:0]         boot_pc_i,
  input  logic [Contexts-1:0] boot_contexts_i,
  input  logic [63:0]         boot_seed_i,
  input  logic [15:0]         core_number_i,

  // Control
  input  logic                halt_i,        // no word and no bubble this cycle
  input  logic                watchdog_i,    // the next word faults instead
  input  logic [63:0]         timestamp_i,   // cycles since the card started

  // Control store
  input  logic                store_we_i,
  input  logic [12:0]         store_addr_i,
  input  logic [63:0]         store_data_i,
  input  logic                store_size_we_i,
  input  logic [13:0]         store_size_i,  // words loaded; running past them faults
  output logic                store_corrected_o,

  // Signals
  input  logic                signal_valid_i,
  input  logic [W-1:0]        signal_ctx_i,
  input  logic [15:0]         signal_mask_i,

  // Command port
  output logic                cmd_valid_o,
  input  logic                cmd_ready_i,
  output logic [7:0]          cmd_op_o,
  output logic [2:0]          cmd_ctx_o,
  output logic [5:0]          cmd_xfer_o,
  output logic [5:0]          cmd_length_o,
  output logic [3:0]          cmd_signal_o,
  output logic                cmd_swaps_o,
  output logic                cmd_wide_o,
  output logic                cmd_is64_o,
  output logic                cmd_has_data16_o,
  output logic [15:0]         cmd_data16_o,
  output logic [39:0]         cmd_address_o,

  // Transfer registers, memory side: address is context and number
  input  logic [7:0]          pull_addr_i,
  output logic [31:0]         pull_data_o,
  input  logic                push_valid_i,
  input  logic [7:0]          push_addr_i,
  input  logic [31:0]         push_data_i,

  // Status
  output logic                idle_o,        // no context is ready
  output logic                sync_o,        // the word about to execute tests a signal
  output logic                swapped_o,     // ctx_arb gave up the core in the last cycle
  output logic                fault_valid_o, // in the last cycle
  output logic [3:0]          fault_kind_o,  // fpc_pkg::fault_e
  output logic [2:0]          fault_ctx_o,
  output logic [15:0]         fault_pc_o,

  // Retirement of the last cycle
  output logic                retire_valid_o,
  output logic                retire_busy_o,
  output logic [2:0]          retire_ctx_o,
  output logic [15:0]         retire_pc_o,
  output logic [44:0]         retire_word_o,
  output logic [31:0]         retire_a_o,
  output logic [31:0]         retire_b_o,
  output logic [31:0]         retire_result_o,
  output logic                retire_writes_o,
  output logic [2:0]          retire_dst_kind_o,
  output logic                retire_dst_bank_o,
  output logic                retire_dst_both_o,
  output logic [7:0]          retire_dst_value_o,
  output logic [9:0]          retire_lm_word_o,
  output logic [7:0]          retire_xfer_o,
  output logic [3:0]          retire_flags_o,
  output logic [31:0]         retire_prev_a_o,
  output logic [31:0]         retire_prev_r_o,
  output logic                retire_command_o
);

  // Fetch and decode
  logic          store_re;
  logic [12:0]   store_addr;
  logic [52:0]   stored;
  logic [44:0]   corrected_word;
  logic          ecc_ok;
  logic          store_changed;
  logic [13:0]   store_size_q;
  fpc_pkg::uop_t decoded;
  fpc_pkg::uop_t uop;
  logic          hit;
  logic          wanted;
  logic          redirect;
  logic [1:0]    redirect_keep;
  logic [15:0]   redirect_pc;

  // Contexts
  logic                ctx_valid;
  logic                running;
  logic [W-1:0]        ctx;
  logic [15:0]         pc;
  logic [15:0]         signals;
  logic [Contexts-1:0] enabled;
  logic                next_valid;
  logic [15:0]         next_pc;
  logic                take;
  logic                die;
  logic                pc_we;
  logic [15:0]         pc_d;
  logic                clear_signal;
  logic [3:0]          clear_number;
  logic                leave;
  logic [15:0]         leave_wakeup;
  logic                leave_any;
  logic                leave_arb;
  logic                leave_kills;

  // Execution
  logic              boot_q;
  logic              go;
  logic              hold;
  logic              command_latch;
  logic              command_show;
  fpc_pkg::command_t command;
  fpc_pkg::command_t command_q;
  logic [3:0]        fault;
  fpc_pkg::retire_t  retire_d;
  fpc_pkg::retire_t  retire_q;
  logic              swapped_q;
  logic              fault_valid_q;
  logic [3:0]        fault_q;
  logic              corrects;

  assign store_changed = store_we_i || store_size_we_i;

  fpc_control_store u_control_store (
    .clk_i  (clk_i),
    .we_i   (store_we_i),
    .waddr_i(store_addr_i),
    .wdata_i(store_data_i),
    .re_i   (store_re),
    .raddr_i(store_addr),
    .word_o (stored)
  );

  fpc_ecc u_ecc (
    .stored_i   (stored[51:0]),
    .word_o     (corrected_word),
    .corrected_o(corrects),
    .ok_o       (ecc_ok)
  );
  assign store_corrected_o = corrects;

  fpc_decode u_decode (
    .word_i   (corrected_word),
    .ecc_ok_i (ecc_ok),
    .surplus_i(stored[52]),
    .uop_o    (decoded)
  );

  fpc_fetch u_fetch (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .store_re_o     (store_re),
    .store_addr_o   (store_addr),
    .flush_i        (store_changed),
    .uop_i          (decoded),
    .wanted_valid_i (wanted),
    .wanted_pc_i    (pc),
    .hit_o          (hit),
    .uop_o          (uop),
    .go_i           (go),
    .redirect_i     (redirect),
    .redirect_keep_i(redirect_keep),
    .redirect_pc_i  (redirect_pc)
  );

  fpc_contexts #(.Contexts(Contexts)) u_contexts (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .boot_i         (boot_q),
    .boot_pc_i      (boot_pc_i),
    .boot_contexts_i(boot_contexts_i),
    .signal_valid_i (signal_valid_i),
    .signal_ctx_i   (signal_ctx_i),
    .signal_mask_i  (signal_mask_i),
    .valid_o        (ctx_valid),
    .running_o      (running),
    .ctx_o          (ctx),
    .pc_o           (pc),
    .signals_o      (signals),
    .enabled_o      (enabled),
    .next_valid_o   (next_valid),
    .next_pc_o      (next_pc),
    .take_i         (take),
    .pc_we_i        (pc_we),
    .pc_i           (pc_d),
    .clear_signal_i (clear_signal),
    .clear_number_i (clear_number),
    .die_i          (die),
    .leave_i        (leave),
    .leave_wakeup_i (leave_wakeup),
    .leave_any_i    (leave_any),
    .leave_arb_i    (leave_arb),
    .leave_kills_i  (leave_kills)
  );

  fpc_execute #(.Contexts(Contexts)) u_execute (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .boot_i         (boot_q),
    .seed_i         (boot_seed_i),
    .core_number_i  (core_number_i),
    .halt_i         (halt_i || boot_q),
    .watchdog_i     (watchdog_i),
    .timestamp_i    (timestamp_i),
    .store_size_i   (store_size_q),
    .store_changed_i(store_changed),
    .hit_i          (hit),
    .uop_i          (uop),
    .wanted_o       (wanted),
    .go_o           (go),
    .redirect_o     (redirect),
    .redirect_keep_o(redirect_keep),
    .redirect_pc_o  (redirect_pc),
    .ctx_valid_i    (ctx_valid),
    .running_i      (running),
    .ctx_i          (ctx),
    .pc_i           (pc),
    .signals_i      (signals),
    .enabled_i      (enabled),
    .next_valid_i   (next_valid),
    .next_pc_i      (next_pc),
    .take_o         (take),
    .die_o          (die),
    .pc_we_o        (pc_we),
    .pc_o           (pc_d),
    .clear_signal_o (clear_signal),
    .clear_number_o (clear_number),
    .leave_o        (leave),
    .leave_wakeup_o (leave_wakeup),
    .leave_any_o    (leave_any),
    .leave_arb_o    (leave_arb),
    .leave_kills_o  (leave_kills),
    .hold_i         (hold),
    .command_latch_o(command_latch),
    .command_o      (command),
    .command_show_o (command_show),
    .pull_addr_i    (pull_addr_i),
    .pull_data_o    (pull_data_o),
    .push_valid_i   (push_valid_i),
    .push_addr_i    (push_addr_i),
    .push_data_i    (push_data_i),
    .sync_o         (sync_o),
    .fault_o        (fault),
    .retire_o       (retire_d)
  );

  fpc_command_port u_command_port (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .latch_i  (command_latch),
    .command_i(command),
    .show_i   (command_show),
    .hold_o   (hold),
    .valid_o  (cmd_valid_o),
    .ready_i  (cmd_ready_i),
    .command_o(command_q)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      boot_q        <= 1'b1;
      store_size_q  <= '0;
      swapped_q     <= 1'b0;
      fault_valid_q <= 1'b0;
      fault_q       <= '0;
      retire_q      <= '0;
    end else begin
      boot_q <= 1'b0;
      if (store_size_we_i) store_size_q <= store_size_i;
      swapped_q     <= leave && leave_arb;
      fault_valid_q <= die;
      fault_q       <= fault;
      retire_q      <= retire_d;
    end
  end

  assign idle_o        = !ctx_valid;
  assign swapped_o     = swapped_q;
  assign fault_valid_o = fault_valid_q;
  assign fault_kind_o  = fault_q;
  assign fault_ctx_o   = retire_q.ctx;
  assign fault_pc_o    = retire_q.pc;

  assign cmd_op_o         = command_q.op;
  assign cmd_ctx_o        = command_q.ctx;
  assign cmd_xfer_o       = command_q.xfer;
  assign cmd_length_o     = command_q.length;
  assign cmd_signal_o     = command_q.signal;
  assign cmd_swaps_o      = command_q.swaps;
  assign cmd_wide_o       = command_q.wide;
  assign cmd_is64_o       = command_q.is64;
  assign cmd_has_data16_o = command_q.has_data16;
  assign cmd_data16_o     = command_q.data16;
  assign cmd_address_o    = command_q.address;

  assign retire_valid_o     = retire_q.valid;
  assign retire_busy_o      = retire_q.busy;
  assign retire_ctx_o       = retire_q.ctx;
  assign retire_pc_o        = retire_q.pc;
  assign retire_word_o      = retire_q.word;
  assign retire_a_o         = retire_q.a;
  assign retire_b_o         = retire_q.b;
  assign retire_result_o    = retire_q.result;
  assign retire_writes_o    = retire_q.writes;
  assign retire_dst_kind_o  = retire_q.dst.kind;
  assign retire_dst_bank_o  = retire_q.dst_bank;
  assign retire_dst_both_o  = retire_q.dst_both;
  assign retire_dst_value_o = retire_q.dst.value;
  assign retire_lm_word_o   = retire_q.lm_word;
  assign retire_xfer_o      = retire_q.xfer;
  assign retire_flags_o     = retire_q.flags;
  assign retire_prev_a_o    = retire_q.prev_a;
  assign retire_prev_r_o    = retire_q.prev_r;
  assign retire_command_o   = retire_q.command;

endmodule
