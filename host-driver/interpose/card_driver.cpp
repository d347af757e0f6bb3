// The two drivers behind the callbacks of a server.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/card_driver.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "host-driver/drivers/netdevsim/netdevsim.h"
#include "host-driver/drivers/nfp/tap_link.h"

namespace interpose {
namespace {

// Read as knobs are: what the driver would write to the kernel's log, and what the card's cores stopped for.
constexpr const char* kLog = "log";
constexpr const char* kFaults = "faults";

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += text.empty() ? line : '\n' + line;
  return text;
}

struct Card {
  explicit Card(host::Network& network) : device(network, 0) {}
  host::netdevsim::Device device;
  std::map<const host::net_device*, uint32_t> ports;
  uint32_t next = 0;
};

struct CabledCard {
  std::unique_ptr<host::nfp::Adapter> adapter;
  std::unique_ptr<host::nfp::TapLink> link;
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
  driver.catch_up = [] {};
  driver.knobs = [card] { return card->device.knob_paths(); };
  driver.read_knob = [card](const std::string& knob) { return card->device.knob(knob); };
  driver.write_knob = [card](const std::string& knob, const std::string& value) {
    return card->device.set_knob(knob, value);
  };
  return driver;
}

MakeCard nfp_card(host::nfp::Adapter::Options options, const TapNames& taps) {
  // As a driver does when it brings the interface up.
  const auto processors = static_cast<uint32_t>(sysconf(_SC_NPROCESSORS_ONLN));
  options.config.host_queues = std::min(options.config.host_queues, processors);
  return [options, taps](host::Network& network) -> base::Result<CardDriver> {
    base::Result<std::unique_ptr<host::nfp::Adapter>> made =
        host::nfp::Adapter::create(network, options);
    if (!made) return made.error();
    const auto cabled = std::make_shared<CabledCard>();
    cabled->adapter = std::move(*made);
    if (!taps.wire.empty()) {
      base::Result<std::unique_ptr<host::nfp::TapLink>> link =
          host::nfp::TapLink::start(*cabled->adapter, taps.wire, taps.host);
      if (!link) return link.error();
      cabled->link = std::move(*link);
    }
    const std::shared_ptr<host::nfp::Adapter> card(cabled, cabled->adapter.get());
    CardDriver driver;
    driver.add_port = [card](host::net* ns, const std::string& name) {
      return card->add_port(ns, name);
    };
    driver.remove_port = [card](host::net_device*) { card->remove_port(); };
    driver.catch_up = [card] { card->with_card([](nic::LiveCard&) {}); };
    driver.knobs = [card] { return card->knob_names(); };
    driver.read_knob = [card](const std::string& knob) -> base::Result<std::string> {
      if (knob == kLog) return joined(card->log());
      if (knob == kFaults) return joined(card->faults());
      return card->knob(knob);
    };
    driver.write_knob = [card](const std::string& knob, const std::string& value) {
      return card->set_knob(knob, value);
    };
    return driver;
  };
}

}  // namespace interpose
