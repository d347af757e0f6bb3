// Fetches words ahead of execution: F reads the store, D decodes, X holds the word to execute.
// SPDX-License-Identifier: Apache-2.0
//
// All contexts share the store, so that a word is known by its address alone. The words in F, D
// and X are always those that execute next, as far as fetch knows. It is told (redirect) when a
// branch or a swap goes elsewhere; when the word in front is not the wanted one after all, because
// another context was chosen meanwhile, it starts over (miss).

module fpc_fetch (
  input  logic          clk_i,
  input  logic          rst_ni,

  // Control store
  output logic          store_re_o,
  output logic [12:0]   store_addr_o,
  input  logic          flush_i,      // the store has changed

  // Decoder
  input  fpc_pkg::uop_t uop_i,

  // Execution
  input  logic          wanted_valid_i,
  input  logic [15:0]   wanted_pc_i,
  output logic          hit_o,        // uop_o is the wanted word
  output fpc_pkg::uop_t uop_o,
  input  logic          go_i,         // it is done with
  input  logic          redirect_i,   // with go_i: after `keep` more words comes redirect_pc_i
  input  logic [1:0]    redirect_keep_i,
  input  logic [15:0]   redirect_pc_i
);

  logic          x_valid_q;
  logic [15:0]   x_pc_q;
  fpc_pkg::uop_t x_uop_q;
  logic          d_valid_q;
  logic [15:0]   d_pc_q;
  logic [15:0]   f_pc_q;

  logic [15:0] front_pc;
  logic        miss;
  logic        x_moves;
  logic        d_moves;

  always_comb begin
    if (x_valid_q)      front_pc = x_pc_q;
    else if (d_valid_q) front_pc = d_pc_q;
    else                front_pc = f_pc_q;
  end

  assign miss    = wanted_valid_i && front_pc != wanted_pc_i;
  assign hit_o   = x_valid_q && wanted_valid_i && x_pc_q == wanted_pc_i;
  assign uop_o   = x_uop_q;
  assign x_moves = !x_valid_q || go_i;
  assign d_moves = !d_valid_q || x_moves;

  assign store_re_o   = d_moves;
  assign store_addr_o = f_pc_q[12:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      x_valid_q <= 1'b0;
      d_valid_q <= 1'b0;
      f_pc_q    <= '0;
    end else if (miss || flush_i) begin
      x_valid_q <= 1'b0;
      d_valid_q <= 1'b0;
      f_pc_q    <= wanted_pc_i;
    end else begin
      if (x_moves) x_valid_q <= d_valid_q && !(redirect_i && redirect_keep_i == 2'd0);
      if (d_moves) begin
        d_valid_q <= !(redirect_i && redirect_keep_i <= 2'd1);
        f_pc_q    <= f_pc_q + 16'd1;
      end
      if (redirect_i) f_pc_q <= redirect_pc_i;
    end
  end

  // What is not valid needs no reset.
  always_ff @(posedge clk_i) begin
    if (x_moves) begin
      x_pc_q  <= d_pc_q;
      x_uop_q <= uop_i;
    end
    if (d_moves) d_pc_q <= f_pc_q;
  end

endmodule
