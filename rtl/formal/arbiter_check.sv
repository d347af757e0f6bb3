// The arbiter grants only who asks, and each grant brings everybody else who asks closer.
// SPDX-License-Identifier: Apache-2.0
//
// The distance of a context is the number of contexts between it and the one that ran last. When it
// asks and another one is granted, its distance shrinks; it cannot fall below 0, so a context that
// stays ready has the core after at most Contexts - 1 grants to others.

module arbiter_check #(
  parameter int unsigned Contexts = 4,
  localparam int unsigned W = $clog2(Contexts)
) (
  input logic [Contexts-1:0] request,
  input logic [W-1:0]        last,
  input logic [W-1:0]        waiting
);
  logic [W-1:0] grant;
  logic         valid;

  fpc_arbiter #(.Contexts(Contexts)) u_arbiter (
    .request_i(request), .last_i(last), .grant_o(grant), .valid_o(valid)
  );

  logic [W-1:0] distance;
  logic [W-1:0] next_distance;
  always_comb begin
    distance = waiting - last - 1'b1;
    next_distance = waiting - grant - 1'b1;
`ifdef FPC_WRONG
    distance = waiting;
`endif
    assert (valid == (request != '0));
    if (valid) assert (request[grant]);
    if (request[waiting] && grant != waiting) assert (next_distance < distance);
  end

endmodule
