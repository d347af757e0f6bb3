// Ports of netdevsim as net devices, and its knobs.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/netdevsim/netdevsim.h"

#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "host-driver/drivers/netdevsim/netdevsim_p.h"
#include "host-driver/kernel_locks.h"
#include "host-driver/objects.h"

namespace host::netdevsim {

namespace {

constexpr std::string_view kPorts = "ports/", kBound = "bpf_bound_progs/";
constexpr const char* kOffloadedId = "bpf_offloaded_id";

int change_mtu(net_device* dev, uint32_t mtu) {
  return port_of(dev).xdp.prog && mtu > kMaxXdpMtu ? -EBUSY : 0;
}

int set_features(net_device* dev, uint64_t features) {
  const bool turns_off = (features & NETIF_F_HW_TC) == 0;
  return turns_off && port_of(dev).offloaded != nullptr ? -EBUSY : 0;
}

constexpr net_device_ops kOps = {
    .ndo_bpf = ndo_bpf,
    .ndo_setup_tc = ndo_setup_tc,
    .ndo_change_mtu = change_mtu,
    .ndo_set_features = set_features,
};

// "3/state" to 3 and "state".
bool split_number(std::string_view text, uint32_t* number, std::string* rest) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  const auto at = static_cast<size_t>(end - text.data());
  if (error != std::errc() || at >= text.size() || text[at] != '/') return false;
  *rest = text.substr(at + 1);
  return true;
}

base::Error no_such_knob(const std::string& path) {
  return base::invalid_input(
      fmt::format("no knob \"{}\"; there are the device's, ports/N/... and "
                  "bpf_bound_progs/N/{{id,state,loaded}}",
                  path));
}

}  // namespace

Device::Device(Network& network, uint32_t address)
    : network_(network), asic_(std::make_unique<Asic>(address)) {
  asic_->offdev = bpf_offload_dev_create(&kProgramOps, asic_.get());
}

Device::~Device() {
  while (!ports_.empty()) remove_port(ports_.begin()->first);
  bpf_offload_dev_destroy(asic_->offdev);
}

base::Result<net_device*> Device::add_port(net* ns, const std::string& name) {
  const uint32_t number = next_port_;
  auto port = std::make_unique<Port>(*asic_, number);
  net_device& dev = port->dev;
  dev.name = name.empty() ? fmt::format("eni{}np{}", asic_->address, number + 1) : name;
  dev.netdev_ops = &kOps;
  dev.priv = port.get();
  dev.hw_features = NETIF_F_HW_TC;
  dev.dev_addr = {2, 0, 0, 0, static_cast<uint8_t>(asic_->address), static_cast<uint8_t>(number)};

  const RtnlGuard rtnl(rtnl_mutex());
  [[maybe_unused]] const int registered = bpf_offload_dev_netdev_register(asic_->offdev, &dev);
  assert(registered == 0 && "a new device is registered nowhere");
  if (const int error = network_.register_netdevice(ns, &dev); error != 0) {
    bpf_offload_dev_netdev_unregister(asic_->offdev, &dev);
    return base::invalid_input(
        fmt::format("port {} of netdevsim{}: {}", dev.name, asic_->address, std::strerror(-error)));
  }
  ++next_port_;
  ports_.emplace(number, std::move(port));
  return &dev;
}

bool Device::remove_port(uint32_t port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return false;
  {
    const RtnlGuard rtnl(rtnl_mutex());
    network_.unregister_netdevice(&found->second->dev);
    bpf_offload_dev_netdev_unregister(asic_->offdev, &found->second->dev);
  }
  ports_.erase(found);
  network_.objects().settle();
  return true;
}

net_device* Device::port(uint32_t port) const {
  const auto found = ports_.find(port);
  return found == ports_.end() ? nullptr : &found->second->dev;
}

size_t Device::bound_programs() const {
  network_.objects().settle();
  const std::lock_guard guard(asic_->mutex);
  return asic_->bound.size();
}

Port* Device::port_named(const std::string& path, std::string* file) const {
  uint32_t number = 0;
  if (!path.starts_with(kPorts)) return nullptr;
  if (!split_number(std::string_view(path).substr(kPorts.size()), &number, file)) return nullptr;
  const auto found = ports_.find(number);
  return found == ports_.end() ? nullptr : found->second.get();
}

base::Result<std::string> Device::bound_program_file(const std::string& path) const {
  uint32_t number = 0;
  std::string file;
  if (!split_number(std::string_view(path).substr(kBound.size()), &number, &file))
    return no_such_knob(path);
  const std::lock_guard guard(asic_->mutex);
  const auto found = asic_->bound.find(number);
  if (found == asic_->bound.end()) return no_such_knob(path);
  const BoundProgram& bound = *found->second;
  if (file == "id") return fmt::format("{}", bound.prog->aux->id);
  if (file == "state") return std::string(bound.state);
  if (file == "loaded") return std::string(bound.is_loaded ? "Y" : "N");
  return no_such_knob(path);
}

base::Result<std::string> Device::knob(const std::string& path) const {
  std::string file;
  if (const Port* port = port_named(path, &file); port != nullptr) {
    if (file == kOffloadedId) return fmt::format("{}", port->offloaded_id.load());
    return port->knobs.read(file);
  }
  if (path.starts_with(kBound)) return bound_program_file(path);
  if (path.find('/') != std::string::npos) return no_such_knob(path);
  return asic_->knobs.read(path);
}

base::Result<void> Device::set_knob(const std::string& path, const std::string& value) {
  std::string file;
  if (Port* port = port_named(path, &file); port != nullptr) return port->knobs.write(file, value);
  if (path.find('/') != std::string::npos) return no_such_knob(path);
  return asic_->knobs.write(path, value);
}

std::vector<std::string> Device::knob_paths() const {
  std::vector<std::string> paths;
  for (const KnobSpec& spec : asic_->knobs.specs()) paths.emplace_back(spec.name);
  for (const auto& [number, port] : ports_) {
    for (const KnobSpec& spec : port->knobs.specs())
      paths.push_back(fmt::format("{}{}/{}", kPorts, number, spec.name));
    paths.push_back(fmt::format("{}{}/{}", kPorts, number, kOffloadedId));
  }
  const std::lock_guard guard(asic_->mutex);
  for (const auto& [number, bound] : asic_->bound) {
    for (const char* file : {"id", "state", "loaded"})
      paths.push_back(fmt::format("{}{}/{}", kBound, number, file));
  }
  return paths;
}

}  // namespace host::netdevsim
