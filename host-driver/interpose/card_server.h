// A card that lives on: the simulated kernel, a driver, one network device, and a server for front ends.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<std::unique_ptr<CardServer>> server = CardServer::start({.ifname = "nic0", .make_card = nfp_card(options)});
//   ... (*server)->socket() ...          // until the object goes, and everything with it
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>

#include "host-driver/interpose/card_driver.h"
#include "host-driver/interpose/client.h"
#include "host-driver/interpose/run_directory.h"
#include "host-driver/interpose/server.h"

namespace interpose {

struct CardOptions {
  std::string ifname = "nic0";  // of the network device
  std::string socket;           // empty: in a folder of its own
  uint32_t first_id = 1;        // of programs and maps
  ClientLimits limits;
  MakeCard make_card = make_netdevsim_card;
};

class CardServer {
 public:
  // Forks, so no thread may run yet. Error: what could not be set up.
  static base::Result<std::unique_ptr<CardServer>> start(const CardOptions& options);
  ~CardServer();

  const std::string& socket() const { return socket_; }
  std::string pins() const { return folder_.pins(); }
  // A front end in this process, without the socket. It may outlive the server, which is then gone for it.
  base::Result<Client> connect(uint32_t mode);

 private:
  explicit CardServer(RunDirectory folder, uint32_t first_id);
  base::Result<std::string> knob(const std::string& request);
  base::Result<void> set_present(bool present);
  base::Result<void> set_tc_offload(bool on);
  bool own_knob(const std::string& name);
  base::Result<std::string> list_knobs();

  struct Door {  // of front ends in this process
    std::shared_mutex mutex;
    bool is_open = true;
  };

  RunDirectory folder_;
  std::string socket_, ifname_;
  host::NetNamespace home_;  // where the device appears
  host::Objects objects_;
  host::Network network_;
  host::Bpf relaxed_, strict_;
  CardDriver driver_;
  std::mutex presence_;  // of the device
  host::net_device* device_ = nullptr;
  std::unique_ptr<host::RouteAbi> route_;
  std::unique_ptr<Placeholders> placeholders_;
  std::unique_ptr<PerfEvents> perf_events_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<Door> door_ = std::make_shared<Door>();
};

}  // namespace interpose
