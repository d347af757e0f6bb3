// Types that the modules of the core share: operands, decoded words, commands, faults, retirement.
// SPDX-License-Identifier: Apache-2.0

package fpc_pkg;

  parameter int unsigned StoreWords = 8192;
  parameter int unsigned LmWords = 1024;

  // Where an operand lives. KindNone is a destination that nothing is written to.
  typedef enum logic [2:0] {
    KindImm = 3'd0,
    KindGpr = 3'd1,
    KindGprAbs = 3'd2,
    KindXfer = 3'd3,
    KindXferIndex = 3'd4,
    KindLmem = 3'd5,
    KindNone = 3'd6,
    KindBad = 3'd7
  } kind_e;

  typedef enum logic [1:0] {
    PostNone = 2'd0,
    PostIncrement = 2'd1,
    PostDecrement = 2'd2
  } post_e;

  // value: number, word offset or constant. A GPR's bank is that of the field that names it.
  typedef struct packed {
    logic [2:0] kind;  // kind_e
    logic [1:0] post;  // post_e
    logic [1:0] lm_index;
    logic [7:0] value;
  } operand_t;

  // Control and status registers that the core has. Only those below CsrActCtxStatus can be written.
  typedef enum logic [4:0] {
    CsrLmAddr0 = 5'd0,
    CsrLmAddr1 = 5'd1,
    CsrLmAddr2 = 5'd2,
    CsrLmAddr3 = 5'd3,
    CsrXferIndex = 5'd4,
    CsrByteIndex = 5'd5,
    CsrCtxPtr = 5'd6,
    CsrMailbox0 = 5'd7,
    CsrMailbox1 = 5'd8,
    CsrMailbox2 = 5'd9,
    CsrMailbox3 = 5'd10,
    CsrActCtxStatus = 5'd11,
    CsrCtxEnables = 5'd12,
    CsrTimestampLow = 5'd13,
    CsrTimestampHigh = 5'd14,
    CsrPseudoRndNum = 5'd15,
    CsrUnknown = 5'd16
  } csr_e;

  parameter logic [2:0] XferIndexNumber = 3'd4;  // of T_INDEX among the index registers

  // A word ready to execute. a and b are the sources as the fields A and B name them (A reads bank
  // A, B reads bank B); swap says that the left operand stands in B. dst_bank: 1 is bank B.
  typedef struct packed {
    logic        legal;
    logic        ecc_ok;
    logic [7:0]  op;      // fpc_isa_pkg::op_e
    logic [4:0]  format;  // fpc_isa_pkg::format_e
    logic        swap;
    logic        dst_bank;
    operand_t    a;
    operand_t    b;
    operand_t    dst;
    logic [4:0]  csr;     // csr_e
    logic [44:0] word;
  } uop_t;

  // Numbers as fpc/core.h has them.
  typedef enum logic [3:0] {
    FaultNone = 4'd0,
    FaultIllegalWord = 4'd1,
    FaultEccError = 4'd2,
    FaultBranchInDefer = 4'd3,
    FaultLmWindow = 4'd4,
    FaultLmLatency = 4'd6,
    FaultIndirectShift = 4'd7,
    FaultPcOutOfRange = 4'd8,
    FaultLmOutOfRange = 4'd9,
    FaultBadCommand = 4'd10,
    FaultWatchdog = 4'd11
  } fault_e;

  // What happens when the defer slots are through.
  typedef enum logic [1:0] {
    LeaveNone = 2'd0,
    LeaveBranch = 2'd1,
    LeaveCommand = 2'd2,
    LeaveArbitration = 2'd3
  } leave_e;

  typedef struct packed {
    logic [1:0]  kind;     // leave_e
    logic [1:0]  slots;    // defer slots before it happens
    logic [1:0]  bubbles;  // cycles after them in which nothing executes
    logic [31:0] target;   // where the context goes on
    logic [15:0] wakeup;   // events that it sleeps for
    logic        any;      // one of them is enough
    logic        kills;    // the context ends
  } leave_t;

  // A memory command on its port, overrides applied.
  typedef struct packed {
    logic [7:0]  op;  // fpc_isa_pkg::op_e: target, action and token
    logic [2:0]  ctx;
    logic [5:0]  xfer;
    logic [5:0]  length;  // units, 1..32
    logic [3:0]  signal;  // 0: none
    logic        swaps;
    logic        wide;    // 40-bit address
    logic        is64;
    logic        has_data16;
    logic [15:0] data16;
    logic [39:0] address;
  } command_t;

  // What the last cycle retired.
  typedef struct packed {
    logic        valid;    // a word
    logic        busy;     // a word or a bubble: a cycle that the cost rules count
    logic [2:0]  ctx;
    logic [15:0] pc;
    logic [44:0] word;
    logic [31:0] a;        // left operand
    logic [31:0] b;        // right operand
    logic [31:0] result;
    operand_t    dst;
    logic        dst_bank;
    logic        dst_both;
    logic        writes;   // dst takes result
    logic [9:0]  lm_word;  // where, if dst is local memory
    logic [7:0]  xfer;     // where, if dst is a transfer register
    logic [3:0]  flags;    // n z c v after the word
    logic [31:0] prev_a;
    logic [31:0] prev_r;
    logic        command;  // the word is a command
  } retire_t;

endpackage
