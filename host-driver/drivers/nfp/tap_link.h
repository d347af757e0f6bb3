// A card between two tap interfaces: its wire and its host, so that the network stack can send real packets through it.
// SPDX-License-Identifier: Apache-2.0
//
//   wire tap -> port 0 -> program -> pass: host tap | send back: wire tap
//   host tap -> port 0 -> wire tap                    (what hosts send meets no program)
//
// A thread moves the packets. Simulated time follows the wall clock; it runs ahead by what a packet spends in the card.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "host-driver/drivers/nfp/adapter.h"

namespace host::nfp {

class TapLink {
 public:
  // Makes the interfaces, or takes ones that are there and unused. They are down, and go with the link. Error: no rights, a name
  // that is taken.
  static base::Result<std::unique_ptr<TapLink>> start(Adapter& adapter, const std::string& wire,
                                                      const std::string& host);
  ~TapLink();
  TapLink(const TapLink&) = delete;
  TapLink& operator=(const TapLink&) = delete;

 private:
  struct Out {
    int tap;
    std::vector<uint8_t> bytes;
  };

  explicit TapLink(Adapter& adapter);
  void run();
  void through_the_card(std::vector<std::vector<uint8_t>> from_wire,
                        const std::vector<std::vector<uint8_t>>& from_host);
  void take(const nic::Departure& packet);
  void keep(const base::UniqueFd& tap, std::span<const uint8_t> bytes);
  bool next(nic::Frame& frame);

  Adapter& adapter_;
  base::UniqueFd wire_, host_, stop_;
  // Of whoever uses the card.
  nic::PacketSource source_;
  std::deque<std::vector<uint8_t>> arrived_;  // from the wire, not in the card yet
  size_t left_ = 0;                           // since the last ones arrived
  std::vector<Out> out_;                      // of the card, not written yet
  std::thread thread_;
};

}  // namespace host::nfp
