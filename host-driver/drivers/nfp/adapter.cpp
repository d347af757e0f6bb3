// The device's operations, its coming and going, knobs and log.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/adapter.h"

#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "host-driver/drivers/knobs.h"
#include "host-driver/drivers/nfp/adapter_p.h"
#include "host-driver/kernel_locks.h"
#include "host-driver/objects.h"

namespace host::nfp {

namespace {

constexpr size_t kMostLogLines = 200;
constexpr std::array<uint8_t, 6> kAddress = {0x00, 0x15, 0x4d,
                                             0x00, 0x00, 0x01};  // Netronome's OUI

int ndo_bpf(net_device* dev, netdev_bpf* request) {
  switch (request->command) {
    case XDP_SETUP_PROG:
      if (!request->prog) return 0;
      nl_set_err_msg_mod(request->extack, kModule,
                         "programs run on the card here: attach with xdpoffload");
      return -EOPNOTSUPP;
    case XDP_SETUP_PROG_HW:
      return setup_offload(port_of(dev), request);
    case BPF_OFFLOAD_MAP_ALLOC:
      return map_alloc(port_of(dev), request->offmap);
    case BPF_OFFLOAD_MAP_FREE:
      return map_free(request->offmap);
    default:
      return -EINVAL;
  }
}

int ndo_setup_tc(net_device* dev, tc_setup_type type, void* type_data) {
  if (type != TC_SETUP_CLSBPF) return -EOPNOTSUPP;
  return offload_filter(port_of(dev), static_cast<tc_cls_bpf_offload*>(type_data));
}

constexpr net_device_ops kOps = {
    .ndo_bpf = ndo_bpf,
    .ndo_setup_tc = ndo_setup_tc,
    .ndo_change_mtu = change_mtu,
    .ndo_set_features = set_features,
    .ndo_bpf_test_run = test_run,
};

uint64_t dropped_messages(const Asic& asic) {
  const Ccm::Counters& counters = asic.device->ccm().counters();
  return counters.too_short + counters.unknown_tag + counters.not_control + counters.bad_reply;
}

struct FaultKnob {
  std::string_view name;
  unsigned Faults::*count;
};
constexpr FaultKnob kFaults[] = {
#define NFP_FAULT_KNOB(name, member) {#name, &Faults::member},
#include "host-driver/drivers/nfp/knobs.def"
#undef NFP_FAULT_KNOB
};

struct CellKnob {
  std::string_view name;
  base::Result<void> (nic::LiveCard::*set)(unsigned bits);
  unsigned (nic::LiveCard::*read)() const;
};
constexpr CellKnob kCells[] = {
#define NFP_CELL_KNOB(name, set, read) {#name, &nic::LiveCard::set, &nic::LiveCard::read},
#include "host-driver/drivers/nfp/knobs.def"
#undef NFP_CELL_KNOB
};

struct CounterKnob {
  std::string_view name;
  uint64_t (*read)(const Asic& asic);
};
constexpr CounterKnob kCounters[] = {
#define NFP_COUNTER_KNOB(name, expression) \
  {#name, [](const Asic& asic) -> uint64_t { return expression; }},
#include "host-driver/drivers/nfp/knobs.def"
#undef NFP_COUNTER_KNOB
};

std::vector<std::string_view> all_knobs() {
  std::vector<std::string_view> names;
  for (const FaultKnob& knob : kFaults) names.push_back(knob.name);
  for (const CellKnob& knob : kCells) names.push_back(knob.name);
  for (const CounterKnob& knob : kCounters) names.push_back(knob.name);
  return names;
}

}  // namespace

void Asic::note(const std::string& line) {
  if (log.size() == kMostLogLines) log.pop_front();
  log.push_back(line);
}

// A perf event of user space, by the queue that the packet had: the host handles queue N on CPU N, and events of other CPUs take
// nothing there.
void Asic::deliver(const Event& event) {
  const auto found = event_maps.find(event.map_id);
  if (found == event_maps.end()) return;
  bpf_map& map = *found->second;
  const std::lock_guard guard(map.lock);
  const auto file = map.events.find(event.cpu);
  if (file == map.events.end()) return;
  const int cpu = file->second->cpu;
  if (cpu >= 0 && static_cast<uint32_t>(cpu) != event.cpu) return;
  std::vector<uint8_t> record(event.data.begin(), event.data.end());
  record.insert(record.end(), event.packet.begin(), event.packet.end());
  static_cast<void>(file->second->write(record));
}

Adapter::Adapter(Network& network, std::unique_ptr<Asic> asic)
    : network_(network), asic_(std::move(asic)) {}

base::Result<std::unique_ptr<Adapter>> Adapter::create(Network& network, const Options& options) {
  auto asic = std::make_unique<Asic>();
  auto card = nic::LiveCard::power_on(options.config, options.target.capability, options.seed);
  if (!card) return card.error();
  asic->card = std::move(*card);
  asic->card->on_departure([raw = asic.get()](const nic::Departure& packet) {
    if (raw->departure) raw->departure(packet);
  });
  asic->port = std::make_unique<FaultyPort>(*asic->card);
  auto device = Device::probe(
      *asic->port, [raw = asic.get()](const std::string& line) { raw->note(line); },
      [raw = asic.get()](const Event& event) { raw->deliver(event); });
  if (!device) return device.error();
  asic->device = std::move(*device);
  asic->target = options.target;
  asic->target.capability = asic->device->capabilities().offered;
  if (options.follows_wall_clock) asic->clock.emplace(*asic->card);
  asic->offdev = bpf_offload_dev_create(&kProgramOps, asic.get());
  return std::unique_ptr<Adapter>(new Adapter(network, std::move(asic)));
}

Adapter::~Adapter() {
  remove_port();
  bpf_offload_dev_destroy(asic_->offdev);
}

base::Result<net_device*> Adapter::add_port(net* ns, const std::string& name) {
  if (port_)
    return base::invalid_input(fmt::format("the card has one device, {}", port_->dev.name));
  auto port = std::make_unique<Port>(*asic_);
  net_device& dev = port->dev;
  dev.name = name;
  dev.netdev_ops = &kOps;
  dev.priv = port.get();
  dev.hw_features = NETIF_F_HW_TC;
  dev.dev_addr = kAddress;

  const RtnlGuard rtnl(rtnl_mutex());
  [[maybe_unused]] const int registered = bpf_offload_dev_netdev_register(asic_->offdev, &dev);
  assert(registered == 0 && "a new device is registered nowhere");
  if (const int error = network_.register_netdevice(ns, &dev); error != 0) {
    bpf_offload_dev_netdev_unregister(asic_->offdev, &dev);
    return base::invalid_input(fmt::format("device {}: {}", name, std::strerror(-error)));
  }
  port_ = std::move(port);
  return &port_->dev;
}

void Adapter::remove_port() {
  if (!port_) return;
  {
    const RtnlGuard rtnl(rtnl_mutex());
    network_.unregister_netdevice(&port_->dev);
    bpf_offload_dev_netdev_unregister(asic_->offdev, &port_->dev);
  }
  port_.reset();
  network_.objects().settle();
}

void Adapter::with_card(const std::function<void(nic::LiveCard&)>& use) {
  const Asic::Use held(*asic_);
  use(*asic_->card);
}

void Adapter::on_departure(std::function<void(const nic::Departure&)> hook) {
  const std::lock_guard guard(asic_->mutex);
  asic_->departure = std::move(hook);
}

base::Result<std::string> Adapter::knob(const std::string& name) const {
  const Asic::Use use(*asic_);
  for (const FaultKnob& knob : kFaults) {
    if (knob.name == name) return fmt::format("{}", asic_->port->faults.*knob.count);
  }
  for (const CellKnob& knob : kCells) {
    if (knob.name == name) return fmt::format("{}", ((*asic_->card).*knob.read)());
  }
  for (const CounterKnob& knob : kCounters) {
    if (knob.name == name) return fmt::format("{}", knob.read(*asic_));
  }
  return no_such_knob(name, all_knobs());
}

base::Result<void> Adapter::set_knob(const std::string& name, const std::string& value) {
  for (const CounterKnob& knob : kCounters) {
    if (knob.name == name)
      return base::invalid_input(fmt::format("knob {} counts: it can only be read", name));
  }
  for (const FaultKnob& knob : kFaults) {
    if (knob.name != name) continue;
    const base::Result<uint32_t> number = parse_knob(name, KnobKind::kNumber, value);
    if (!number) return number.error();
    const std::lock_guard guard(asic_->mutex);
    asic_->port->faults.*knob.count = *number;
    return {};
  }
  for (const CellKnob& knob : kCells) {
    if (knob.name != name) continue;
    const base::Result<uint32_t> bits = parse_knob(name, KnobKind::kNumber, value);
    if (!bits) return bits.error();
    const Asic::Use use(*asic_);
    const base::Result<void> set = ((*asic_->card).*knob.set)(*bits);
    return set ? set : base::invalid_input(fmt::format("knob {}: {}", name, set.error().message));
  }
  return no_such_knob(name, all_knobs());
}

std::vector<std::string> Adapter::knob_names() const {
  const std::vector<std::string_view> names = all_knobs();
  return {names.begin(), names.end()};
}

std::vector<std::string> Adapter::faults() const {
  const Asic::Use use(*asic_);
  return asic_->card->faults();
}

std::vector<std::string> Adapter::log() const {
  const std::lock_guard guard(asic_->mutex);
  return {asic_->log.begin(), asic_->log.end()};
}

}  // namespace host::nfp
