// Our driver's device: everything behind one card, found by probing its port.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<std::unique_ptr<Device>> device = Device::probe(port, log, on_event);
//   std::unique_ptr<Map> map;
//   int error = (*device)->maps().alloc({.type = 1, .key_bytes = 4, .value_bytes = 8, .max_entries = 64}, map);
#pragma once

#include <memory>

#include "base/result.h"
#include "host-driver/drivers/nfp/ccm.h"
#include "host-driver/drivers/nfp/events.h"
#include "host-driver/drivers/nfp/maps.h"
#include "host-driver/drivers/nfp/programs.h"

namespace host::nfp {

class Device {
 public:
  // The port must outlive the device. Error: no BPF firmware that the driver can use, or a malformed one.
  static base::Result<std::unique_ptr<Device>> probe(nic::HostPort& port, Log log,
                                                     Events::Sink on_event);

  const Capabilities& capabilities() const { return caps_; }
  nic::HostPort& port() { return port_; }
  Ccm& ccm() { return ccm_; }
  Maps& maps() { return maps_; }
  Programs& programs() { return programs_; }
  Events& events() { return events_; }

 private:
  Device(nic::HostPort& port, Capabilities caps, const Log& log, Events::Sink on_event)
      : port_(port),
        caps_(std::move(caps)),
        events_(log, std::move(on_event)),
        ccm_(port, log, [this](std::vector<uint8_t> event) { events_.take(event); }),
        maps_(port, ccm_, caps_, log),
        programs_(port, caps_, log) {}

  nic::HostPort& port_;
  Capabilities caps_;
  Events events_;
  Ccm ccm_;
  Maps maps_;
  Programs programs_;
};

}  // namespace host::nfp
