// Probing.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/device.h"

namespace host::nfp {

base::Result<std::unique_ptr<Device>> Device::probe(nic::HostPort& port, Log log,
                                                    Events::Sink on_event) {
  base::Result<Capabilities> caps = nfp::probe(port, log);
  if (!caps) return caps.error();
  return std::unique_ptr<Device>(new Device(port, std::move(*caps), log, std::move(on_event)));
}

}  // namespace host::nfp
