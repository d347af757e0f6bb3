// Putting a card together, its knobs, and taking it apart in the right order.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/card_server.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-driver/interpose/session.h"
#include "host-driver/kernel_locks.h"

namespace interpose {
namespace {

// Far from the indices that the host's kernel gives out.
constexpr int kFirstIfindex = 0x7001;
constexpr const char* kPresent =
    "present";  // the knob that takes the device away and brings it back
constexpr const char* kTcOffload = "hw-tc-offload";  // what ethtool -K turns on a real interface

// Each object, connection and question has descriptors of ours.
void raise_descriptor_limit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

CardServer::CardServer(RunDirectory folder, uint32_t first_id)
    : folder_(std::move(folder)),
      objects_(first_id),
      network_(objects_, kFirstIfindex),
      relaxed_(objects_, network_),
      strict_(objects_, network_, {.strict = true}) {}

CardServer::~CardServer() {
  {
    const std::lock_guard lock(door_->mutex);
    door_->is_open = false;
  }
  server_.reset();
  services_.reset();
  perf_events_.reset();
  placeholders_.reset();
  objects_.settle();
  driver_ = {};
  objects_.settle();
}

base::Result<std::unique_ptr<CardServer>> CardServer::start(const CardOptions& options) {
  if (options.ifname.empty() || options.ifname.size() > 15 ||
      options.ifname.find_first_of("/: \t\n") != std::string::npos)
    return base::invalid_input("no name for a network device: `" + options.ifname +
                               "`; 1 to 15 bytes without blanks, slashes and colons are allowed");
  struct stat net = {};
  if (stat("/proc/self/ns/net", &net) != 0) return base::io_error("/proc is not there");
  raise_descriptor_limit();
  base::Result<RunDirectory> folder = RunDirectory::create();
  if (!folder) return folder.error();
  std::unique_ptr<CardServer> card(new CardServer(std::move(*folder), options.first_id));
  card->socket_ = options.socket.empty() ? card->folder_.socket() : options.socket;
  card->ifname_ = options.ifname;
  card->home_ = {net.st_dev, net.st_ino};
  base::Result<CardDriver> driver = options.make_card(card->network_);
  if (!driver) return driver.error();
  card->driver_ = std::move(*driver);
  base::Result<std::unique_ptr<Placeholders>> placeholders =
      Placeholders::create(card->folder_.objects(), options.limits);
  if (!placeholders) return placeholders.error();
  card->placeholders_ = std::move(*placeholders);
  card->perf_events_ = std::make_unique<PerfEvents>(options.limits, card->driver_.catch_up);
  card->route_ = std::make_unique<host::RouteAbi>(card->network_);
  if (base::Result<void> added = card->set_present(true); !added) return added.error();
  card->services_ = std::make_unique<Services>(
      Services{card->objects_, card->network_, card->relaxed_, card->strict_, *card->route_,
               *card->placeholders_, *card->perf_events_,
               [raw = card.get()](const std::string& text) { return raw->knob(text); },
               card->folder_.pins()});
  base::Result<std::unique_ptr<Server>> server = Server::listen(card->socket_, *card->services_);
  if (!server) return server.error();
  card->server_ = std::move(*server);
  if (!options.socket.empty()) card->folder_.also_remove(card->socket_);
  return card;
}

base::Result<Client> CardServer::connect(uint32_t mode) {
  const auto session = std::make_shared<Session>(*services_, static_cast<uint64_t>(getpid()));
  return Client::over(
      [session, door = door_](const Message& request,
                              const Serve& serve) -> std::optional<Message> {
        const std::shared_lock lock(door->mutex);
        if (!door->is_open) return std::nullopt;
        return session->answer(request, serve);
      },
      mode);
}

base::Result<void> CardServer::set_present(bool present) {
  const std::lock_guard lock(presence_);
  if (present == (device_ != nullptr)) return {};
  if (present) {
    base::Result<host::net_device*> added = driver_.add_port(network_.namespace_of(home_), ifname_);
    if (!added) return added.error();
    device_ = *added;
  } else {
    driver_.remove_port(device_);
    device_ = nullptr;
  }
  return {};
}

// What ethtool -K does to a real interface.
base::Result<void> CardServer::set_tc_offload(bool on) {
  const std::lock_guard lock(presence_);
  if (device_ == nullptr) return base::invalid_input("the device is not there");
  const host::RtnlGuard rtnl(host::rtnl_mutex());
  const int error = network_.set_hw_tc_offload(device_, on);
  if (error == 0) return {};
  return base::Error{base::ErrorCode::kBusy, "hw-tc-offload stays: filters are on the device", {}};
}

bool CardServer::own_knob(const std::string& name) {
  const std::lock_guard lock(presence_);
  if (name == kPresent) return device_ != nullptr;
  const host::RtnlGuard rtnl(host::rtnl_mutex());
  return device_ != nullptr && (device_->features & host::NETIF_F_HW_TC) != 0;
}

base::Result<std::string> CardServer::list_knobs() {
  std::string text;
  for (const char* name : {kPresent, kTcOffload})
    text += std::string(name) + "=" + (own_knob(name) ? "Y" : "N") + "\n";
  for (const std::string& name : driver_.knobs()) {
    base::Result<std::string> value = driver_.read_knob(name);
    if (!value) return value.error();
    text += name + "=" + *value + "\n";
  }
  return text;
}

base::Result<std::string> CardServer::knob(const std::string& request) {
  if (request.empty()) return list_knobs();
  const size_t equals = request.find('=');
  const std::string name = request.substr(0, equals);
  const bool is_own = name == kPresent || name == kTcOffload;
  if (equals == std::string::npos) {
    if (is_own) return std::string(own_knob(name) ? "Y\n" : "N\n");
    base::Result<std::string> read = driver_.read_knob(name);
    return read ? base::Result<std::string>(*read + "\n") : read;
  }
  const std::string value = request.substr(equals + 1);
  if (is_own && value != "Y" && value != "N")
    return base::invalid_input(name + " is Y or N, not `" + value + "`");
  const bool on = value == "Y";
  const base::Result<void> done = name == kPresent     ? set_present(on)
                                  : name == kTcOffload ? set_tc_offload(on)
                                                       : driver_.write_knob(name, value);
  if (!done) return done.error();
  return std::string();
}

}  // namespace interpose
