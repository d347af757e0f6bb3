// The X stage: reads operands, computes, branches, issues commands, writes back, all in one cycle.
// SPDX-License-Identifier: Apache-2.0

module fpc_execute #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                boot_i,
  input  logic [63:0]         seed_i,
  input  logic [15:0]         core_number_i,
  input  logic                halt_i,
  input  logic                watchdog_i,
  input  logic [63:0]         timestamp_i,
  input  logic [13:0]         store_size_i,
  input  logic                store_changed_i,

  // Fetch
  input  logic                hit_i,
  input  fpc_pkg::uop_t       uop_i,
  output logic                wanted_o,
  output logic                go_o,
  output logic                redirect_o,
  output logic [1:0]          redirect_keep_o,
  output logic [15:0]         redirect_pc_o,

  // Contexts
  input  logic                ctx_valid_i,
  input  logic                running_i,
  input  logic [W-1:0]        ctx_i,
  input  logic [15:0]         pc_i,
  input  logic [15:0]         signals_i,
  input  logic [Contexts-1:0] enabled_i,
  input  logic                next_valid_i,
  input  logic [15:0]         next_pc_i,
  output logic                take_o,
  output logic                die_o,
  output logic                pc_we_o,
  output logic [15:0]         pc_o,
  output logic                clear_signal_o,
  output logic [3:0]          clear_number_o,
  output logic                leave_o,
  output logic [15:0]         leave_wakeup_o,
  output logic                leave_any_o,
  output logic                leave_arb_o,
  output logic                leave_kills_o,

  // Command port
  input  logic                hold_i,
  output logic                command_latch_o,
  output fpc_pkg::command_t   command_o,
  output logic                command_show_o,
  input  logic [7:0]          pull_addr_i,
  output logic [31:0]         pull_data_o,
  input  logic                push_valid_i,
  input  logic [7:0]          push_addr_i,
  input  logic [31:0]         push_data_i,

  // Status and retirement
  output logic                sync_o,
  output logic [3:0]          fault_o,
  output fpc_pkg::retire_t    retire_o
);

  // Classes of words
  logic is_branch;
  logic is_taken;
  logic is_arb;
  logic is_command;
  logic tests_signal;
  logic has_dst;

  // Operands and results
  logic [31:0]      a;
  logic [31:0]      b;
  logic [31:0]      result;
  logic [127:0]     lm_addr;
  logic [31:0]      xfer_index;
  logic [4:0]       fresh;
  logic [6:0]       gpr_a_raddr;
  logic [6:0]       gpr_b_raddr;
  logic [7:0]       xfer_raddr;
  logic [9:0]       lm_raddr;
  logic [31:0]      gpr_a;
  logic [31:0]      gpr_b;
  logic [31:0]      xfer;
  logic [31:0]      lm;
  logic [6:0]       gpr_waddr;
  logic [7:0]       xfer_waddr;
  logic [9:0]       lm_waddr;
  logic             dst_both;

  // Flags and the word before
  logic        zero;
  logic        carry;
  logic        overflow;
  logic        sets_nz;
  logic        sets_cv;
  logic [3:0]  flags;
  logic [3:0]  next_flags;
  logic [31:0] prev_a;
  logic [31:0] prev_r;
  logic [31:0] next_prev_a;
  logic [31:0] next_prev_r;
  logic        prev_sets_nz;
  logic        prev_has_a;
  logic        prev_reads_csr;
  logic [31:0] csr_value;
  logic        index_we;
  logic [2:0]  index_number;

  // Verdicts
  logic              try_word;
  logic              go;
  logic              busy;
  logic [3:0]        operand_fault;
  logic [3:0]        word_fault;
  logic              reads_operands;
  logic              shift_lost;
  logic [1:0]        pending;
  logic              command_ok;
  fpc_pkg::command_t command;

  // Changes of direction
  logic [31:0]     target;
  logic [1:0]      branch_slots;
  logic [2:0]      branch_cycles;
  logic [1:0]      command_slots;
  logic            leaves;
  fpc_pkg::leave_t leave;
  logic [1:0]      leave_kind;

  assign is_arb     = uop_i.op == fpc_isa_pkg::OpCtxArb;
  assign is_command = uop_i.format == fpc_isa_pkg::FormatMem;
  assign has_dst    = uop_i.dst.kind != fpc_pkg::KindNone;
  assign dst_both   = uop_i.word[fpc_isa_pkg::AluWrBothLsb] && uop_i.dst.kind == fpc_pkg::KindGpr;

  fpc_operands #(.Contexts(Contexts)) u_operands (
    .uop_i        (uop_i),
    .ctx_i        (ctx_i),
    .lm_addr_i    (lm_addr),
    .xfer_index_i (xfer_index),
    .fresh_i      (fresh),
    .gpr_a_raddr_o(gpr_a_raddr),
    .gpr_b_raddr_o(gpr_b_raddr),
    .xfer_raddr_o (xfer_raddr),
    .lm_raddr_o   (lm_raddr),
    .gpr_a_i      (gpr_a),
    .gpr_b_i      (gpr_b),
    .xfer_i       (xfer),
    .lm_i         (lm),
    .a_o          (a),
    .b_o          (b),
    .fault_o      (operand_fault),
    .gpr_waddr_o  (gpr_waddr),
    .xfer_waddr_o (xfer_waddr),
    .lm_waddr_o   (lm_waddr)
  );

  fpc_register_files u_register_files (
    .clk_i        (clk_i),
    .gpr_a_raddr_i(gpr_a_raddr),
    .gpr_b_raddr_i(gpr_b_raddr),
    .xfer_raddr_i (xfer_raddr),
    .lm_raddr_i   (lm_raddr),
    .gpr_a_o      (gpr_a),
    .gpr_b_o      (gpr_b),
    .xfer_o       (xfer),
    .lm_o         (lm),
    .we_i         (go),
    .dst_i        (uop_i.dst),
    .dst_bank_i   (uop_i.dst_bank),
    .dst_both_i   (dst_both),
    .gpr_waddr_i  (gpr_waddr),
    .xfer_waddr_i (xfer_waddr),
    .lm_waddr_i   (lm_waddr),
    .wdata_i      (result),
    .pull_addr_i  (pull_addr_i),
    .pull_data_o  (pull_data_o),
    .push_valid_i (push_valid_i),
    .push_addr_i  (push_addr_i),
    .push_data_i  (push_data_i)
  );

  fpc_index_registers #(.Contexts(Contexts)) u_index_registers (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .busy_i      (busy),
    .ctx_i       (ctx_i),
    .lm_addr_o   (lm_addr),
    .xfer_index_o(xfer_index),
    .fresh_o     (fresh),
    .we_i        (index_we),
    .number_i    (index_number),
    .wdata_i     (a),
    .post_i      (try_word && reads_operands),
    .src_i       (uop_i.swap ? uop_i.b : uop_i.a),
    .src2_i      (uop_i.swap ? uop_i.a : uop_i.b),
    .dst_i       (uop_i.dst)
  );

  fpc_compute u_compute (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .go_i            (go),
    .uop_i           (uop_i),
    .a_i             (a),
    .b_i             (b),
    .carry_i         (flags[1]),
    .prev_a_i        (prev_a),
    .prev_r_i        (prev_r),
    .prev_has_a_i    (prev_has_a),
    .prev_reads_csr_i(prev_reads_csr),
    .csr_value_i     (csr_value),
    .result_o        (result),
    .zero_o          (zero),
    .carry_o         (carry),
    .overflow_o      (overflow),
    .sets_nz_o       (sets_nz),
    .sets_cv_o       (sets_cv),
    .shift_lost_o    (shift_lost)
  );

  fpc_state u_state (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .go_i            (go),
    .forget_i        (store_changed_i),
    .running_i       (running_i),
    .op_i            (uop_i.op),
    .sets_nz_i       (sets_nz),
    .sets_cv_i       (sets_cv),
    .negative_i      (result[31]),
    .zero_i          (zero),
    .carry_i         (carry),
    .overflow_i      (overflow),
    .a_i             (a),
    .result_i        (result),
    .flags_o         (flags),
    .next_flags_o    (next_flags),
    .prev_a_o        (prev_a),
    .prev_r_o        (prev_r),
    .next_prev_a_o   (next_prev_a),
    .next_prev_r_o   (next_prev_r),
    .prev_sets_nz_o  (prev_sets_nz),
    .prev_has_a_o    (prev_has_a),
    .prev_reads_csr_o(prev_reads_csr)
  );

  fpc_csr #(.Contexts(Contexts)) u_csr (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .boot_i        (boot_i),
    .seed_i        (seed_i),
    .core_number_i (core_number_i),
    .timestamp_i   (timestamp_i),
    .read_i        (go && uop_i.op == fpc_isa_pkg::OpLocalCsrRd),
    .write_i       (go && uop_i.op == fpc_isa_pkg::OpLocalCsrWr),
    .csr_i         (uop_i.csr),
    .wdata_i       (a),
    .ctx_i         (ctx_i),
    .enabled_i     (enabled_i),
    .lm_addr_i     (lm_addr),
    .xfer_index_i  (xfer_index),
    .value_o       (csr_value),
    .index_we_o    (index_we),
    .index_number_o(index_number)
  );

  fpc_branch #(.Contexts(Contexts)) u_branch (
    .uop_i         (uop_i),
    .pc_i          (pc_i),
    .ctx_i         (ctx_i),
    .signals_i     (signals_i),
    .flags_i       (flags),
    .fresh_i       (prev_sets_nz),
    .a_i           (a),
    .is_branch_o   (is_branch),
    .is_taken_o    (is_taken),
    .target_o      (target),
    .slots_o       (branch_slots),
    .cycles_o      (branch_cycles),
    .tests_signal_o(tests_signal),
    .signal_o      (clear_number_o)
  );

  fpc_command #(.Contexts(Contexts)) u_command (
    .uop_i    (uop_i),
    .ctx_i    (ctx_i),
    .a_i      (a),
    .b_i      (b),
    .prev_r_i (prev_r),
    .command_o(command),
    .slots_o  (command_slots),
    .ok_o     (command_ok)
  );

  fpc_leave u_leave (
    .uop_i          (uop_i),
    .pc_i           (pc_i),
    .is_branch_i    (is_branch),
    .is_taken_i     (is_taken),
    .branch_target_i(target),
    .branch_slots_i (branch_slots),
    .branch_cycles_i(branch_cycles),
    .is_command_i   (is_command),
    .command_i      (command),
    .command_slots_i(command_slots),
    .is_arb_i       (is_arb),
    .leaves_o       (leaves),
    .leave_o        (leave)
  );

  fpc_faults u_faults (
    .uop_i           (uop_i),
    .is_branch_i     (is_branch),
    .is_arb_i        (is_arb),
    .is_command_i    (is_command),
    .command_swaps_i (command.swaps),
    .command_ok_i    (command_ok),
    .shift_lost_i    (shift_lost),
    .pending_i       (pending),
    .operand_fault_i (operand_fault),
    .fault_o         (word_fault),
    .reads_operands_o(reads_operands)
  );

  fpc_sequencer u_sequencer (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .halt_i          (halt_i),
    .hold_i          (hold_i),
    .watchdog_i      (watchdog_i),
    .ctx_valid_i     (ctx_valid_i),
    .running_i       (running_i),
    .pc_i            (pc_i),
    .store_size_i    (store_size_i),
    .hit_i           (hit_i),
    .word_fault_i    (word_fault),
    .tests_signal_i  (tests_signal),
    .leaves_i        (leaves),
    .leave_i         (leave),
    .leave_is_taken_i(!is_branch || is_taken),
    .next_valid_i    (next_valid_i),
    .next_pc_i       (next_pc_i),
    .try_o           (try_word),
    .go_o            (go),
    .busy_o          (busy),
    .take_o          (take_o),
    .die_o           (die_o),
    .fault_o         (fault_o),
    .sync_o          (sync_o),
    .pending_o       (pending),
    .wanted_o        (wanted_o),
    .pc_we_o         (pc_we_o),
    .pc_o            (pc_o),
    .redirect_o      (redirect_o),
    .redirect_keep_o (redirect_keep_o),
    .redirect_pc_o   (redirect_pc_o),
    .leave_o         (leave_o),
    .leave_kind_o    (leave_kind),
    .leave_wakeup_o  (leave_wakeup_o),
    .leave_any_o     (leave_any_o),
    .leave_kills_o   (leave_kills_o)
  );

  assign go_o            = go;
  assign clear_signal_o  = go && tests_signal;
  assign leave_arb_o     = leave_kind == fpc_pkg::LeaveArbitration;
  assign command_latch_o = go && is_command;
  assign command_o       = command;
  assign command_show_o  = (go && is_command && !command.swaps) ||
                           (leave_o && leave_kind == fpc_pkg::LeaveCommand);

  always_comb begin
    retire_o          = '0;
    retire_o.valid    = go;
    retire_o.busy     = busy;
    retire_o.ctx      = 3'(ctx_i);
    retire_o.pc       = pc_i;
    retire_o.word     = uop_i.word;
    retire_o.a        = a;
    retire_o.b        = b;
    retire_o.result   = result;
    retire_o.dst      = uop_i.dst;
    retire_o.dst_bank = uop_i.dst_bank;
    retire_o.dst_both = dst_both;
    retire_o.writes   = go && has_dst;
    retire_o.lm_word  = lm_waddr;
    retire_o.xfer     = xfer_waddr;
    retire_o.flags    = next_flags;
    retire_o.prev_a   = next_prev_a;
    retire_o.prev_r   = next_prev_r;
    retire_o.command  = go && is_command;
  end

endmodule
