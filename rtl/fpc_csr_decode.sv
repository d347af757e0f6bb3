// Byte address of a control and status register to its number in the core.
// SPDX-License-Identifier: Apache-2.0

module fpc_csr_decode (
  input  logic [12:0] address_i,
  output logic [4:0]  csr_o  // fpc_pkg::csr_e
);

  always_comb begin
    case (address_i)
      fpc_isa_pkg::CsrActLmAddr0:    csr_o = fpc_pkg::CsrLmAddr0;
      fpc_isa_pkg::CsrActLmAddr1:    csr_o = fpc_pkg::CsrLmAddr1;
      fpc_isa_pkg::CsrActLmAddr2:    csr_o = fpc_pkg::CsrLmAddr2;
      fpc_isa_pkg::CsrActLmAddr3:    csr_o = fpc_pkg::CsrLmAddr3;
      fpc_isa_pkg::CsrXferIndex:     csr_o = fpc_pkg::CsrXferIndex;
      fpc_isa_pkg::CsrByteIndex:     csr_o = fpc_pkg::CsrByteIndex;
      fpc_isa_pkg::CsrCsrCtxPtr:     csr_o = fpc_pkg::CsrCtxPtr;
      fpc_isa_pkg::CsrMailbox0:      csr_o = fpc_pkg::CsrMailbox0;
      fpc_isa_pkg::CsrMailbox1:      csr_o = fpc_pkg::CsrMailbox1;
      fpc_isa_pkg::CsrMailbox2:      csr_o = fpc_pkg::CsrMailbox2;
      fpc_isa_pkg::CsrMailbox3:      csr_o = fpc_pkg::CsrMailbox3;
      fpc_isa_pkg::CsrActCtxStatus:  csr_o = fpc_pkg::CsrActCtxStatus;
      fpc_isa_pkg::CsrCtxEnables:    csr_o = fpc_pkg::CsrCtxEnables;
      fpc_isa_pkg::CsrTimestampLow:  csr_o = fpc_pkg::CsrTimestampLow;
      fpc_isa_pkg::CsrTimestampHigh: csr_o = fpc_pkg::CsrTimestampHigh;
      fpc_isa_pkg::CsrPseudoRndNum:  csr_o = fpc_pkg::CsrPseudoRndNum;
      default:                       csr_o = fpc_pkg::CsrUnknown;
    endcase
  end

endmodule
