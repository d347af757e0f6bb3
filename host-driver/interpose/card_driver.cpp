// The netdevsim-like driver behind the callbacks of a server.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/card_driver.h"

#include <map>
#include <memory>

#include "host-driver/drivers/netdevsim/netdevsim.h"

namespace interpose {
namespace {

struct Card {
  explicit Card(host::Network& network) : device(network, 0) {}
  host::netdevsim::Device device;
  std::map<const host::net_device*, uint32_t> ports;
  uint32_t next = 0;
};

}  // namespace

base::Result<CardDriver> make_netdevsim_card(host::Network& network) {
  const auto card = std::make_shared<Card>(network);
  CardDriver driver;
  driver.add_port = [card](host::net* ns, const std::string& name) {
    base::Result<host::net_device*> port = card->device.add_port(ns, name);
    if (port) card->ports[*port] = card->next++;
    return port;
  };
  driver.remove_port = [card](host::net_device* dev) {
    if (const auto at = card->ports.find(dev); at != card->ports.end()) {
      card->device.remove_port(at->second);
      card->ports.erase(at);
    }
  };
  driver.knobs = [card] { return card->device.knob_paths(); };
  driver.read_knob = [card](const std::string& knob) { return card->device.knob(knob); };
  driver.write_knob = [card](const std::string& knob, const std::string& value) {
    return card->device.set_knob(knob, value);
  };
  return driver;
}

}  // namespace interpose
