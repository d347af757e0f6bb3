// Checks a control-store word against its ECC and corrects a single wrong bit.
// SPDX-License-Identifier: Apache-2.0

module fpc_ecc (
  input  logic [fpc_isa_pkg::EccWidth+fpc_isa_pkg::InsnWidth-1:0] stored_i,
  output logic [fpc_isa_pkg::InsnWidth-1:0]                       word_o,
  output logic                                                    corrected_o,
  output logic                                                    ok_o
);
  `include "fpc_inject.svh"

  localparam int unsigned W = fpc_isa_pkg::InsnWidth;
  localparam int unsigned E = fpc_isa_pkg::EccWidth;

  logic [W-1:0] data;
  logic [E-1:0] syndrome;
  logic [W-1:0] flip;
  logic         in_ecc;  // the wrong bit is one of the ECC bits

  assign data = stored_i[W-1:0];

  always_comb begin
    for (int unsigned i = 0; i < E; i++) begin
      syndrome[i] = stored_i[W+i] ^ (^(data & fpc_isa_pkg::EccParity[i*W +: W]));
    end
  end

  // The wrong bit is the one whose column of the parity matrix is the syndrome.
  always_comb begin
    logic [E-1:0] column;
    flip = '0;
    column = '0;
    if (syndrome != '0) begin
      for (int unsigned j = 0; j < W; j++) begin
        for (int unsigned i = 0; i < E; i++) column[i] = fpc_isa_pkg::EccParity[i*W + j];
        flip[j] = syndrome == column;
      end
    end
  end

  assign in_ecc      = (syndrome & (syndrome - 1'b1)) == '0;
  assign word_o      = data ^ `FPC_FAULT(1, flip, '0);
  assign corrected_o = syndrome != '0 && ok_o;
  assign ok_o        = `FPC_FAULT(2, syndrome == '0 || in_ecc || flip != '0, 1'b1);

endmodule
