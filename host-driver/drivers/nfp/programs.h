// The program of a device: checked, relocated, put into host memory, fetched by the card, started and stopped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fpc/firmware/image.h"
#include "host-driver/drivers/nfp/capabilities.h"
#include "nic-model/host_port.h"

namespace host::nfp {

class Programs {
 public:
  Programs(nic::HostPort& port, const Capabilities& caps, Log log)
      : port_(port), caps_(caps), log_(std::move(log)) {}

  // Loads and starts, or takes the place of the program that runs. `extack`: what the driver says about it, without its
  // module's prefix; it may speak of a start that failed although the result is 0. Table ids in the image are the card's.
  int load(const firmware::Image& image, uint32_t mtu, std::string& extack);
  int stop();
  bool is_running() const { return is_running_; }
  // The longest packet offset that the program may touch.
  uint32_t max_packet_offset() const { return is_running_ ? max_packet_offset_ : 0; }

 private:
  int check(const firmware::Image& image, uint32_t mtu, std::string& extack) const;
  int transfer(const std::vector<fpc::Word>& words);
  int update(uint32_t bits);  // starts an update of the registers and waits for its end

  nic::HostPort& port_;
  const Capabilities& caps_;
  Log log_;
  bool is_running_ = false;
  uint32_t max_packet_offset_ = 0;
};

}  // namespace host::nfp
