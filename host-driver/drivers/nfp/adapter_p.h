// Inside of the adapter: what it keeps of a card, its device, and a program that is bound to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host-driver/drivers/nfp/card_clock.h"
#include "host-driver/drivers/nfp/device.h"
#include "host-driver/drivers/nfp/faulty_port.h"
#include "host-driver/netdev_offload.h"
#include "host-driver/test_run.h"
#include "nic-model/live_card.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/target_rules.h"

namespace host::nfp {

inline constexpr std::string_view kModule = "nfp";

// One card. Programs are translated without it; whatever touches the card takes `mutex`, which comes behind RTNL and the
// devices lock and before the lock of a map.
struct Asic {
  offload::Target target;  // with what the firmware says of itself

  mutable std::mutex mutex;  // of what follows
  std::unique_ptr<nic::LiveCard> card;
  std::unique_ptr<FaultyPort> port;
  std::unique_ptr<Device> device;
  std::optional<CardClock> clock;  // none: time passes with the host's calls alone
  bpf_offload_dev* offdev = nullptr;
  std::map<uint32_t, MapRef> event_maps;  // of translated programs, by id
  std::function<void(const nic::Departure&)> departure;
  std::deque<std::string> log;

  // Holds the card, at the time that it is.
  class Use {
   public:
    explicit Use(Asic& asic) : lock_(asic.mutex) {
      if (asic.clock) asic.clock->catch_up(*asic.card);
      asic.device->ccm().take_messages();
    }

   private:
    std::lock_guard<std::mutex> lock_;
  };

  void note(const std::string& line);
  void deliver(const Event& event);  // to the perf event of its map
};

// dev_priv of a program.
struct BoundProgram {
  BoundProgram(Asic& asic_in, const bpf_prog& prog)
      : asic(asic_in),
        rules(prog.program, asic_in.target.capability,
              {asic_in.target.fix_defects, prog.aux->is_relaxed}) {}

  Asic& asic;
  offload::TargetRules rules;
  std::optional<offload::ProgramFacts> facts;  // from finalize to translate
  firmware::Image image;                       // from translate on; table ids are the card's
  std::vector<uint32_t> event_map_ids;
};

struct Port {
  explicit Port(Asic& asic_in) : asic(asic_in) {}

  Asic& asic;
  net_device dev;
  // Under RTNL. At most one of the two has a program.
  xdp_attachment_info xdp_hw;
  const bpf_prog* filter = nullptr;  // of tc

  const bpf_prog* active() const { return filter != nullptr ? filter : xdp_hw.prog.get(); }
};

inline Port& port_of(const net_device* dev) { return *static_cast<Port*>(netdev_priv(dev)); }
inline BoundProgram& state_of(const bpf_prog* prog) {
  return *static_cast<BoundProgram*>(prog->aux->offload->dev_priv);
}

extern const bpf_prog_offload_ops kProgramOps;  // bound_programs.cpp

// attachments.cpp
int setup_offload(Port& port, const netdev_bpf* request);
int offload_filter(Port& port, tc_cls_bpf_offload* request);
int change_mtu(net_device* dev, uint32_t mtu);
int set_features(net_device* dev, uint64_t features);

// bound_maps.cpp
int map_alloc(Port& port, bpf_offloaded_map* offmap);
int map_free(bpf_offloaded_map* offmap);
inline Map& card_map_of(const bpf_offloaded_map* offmap) {
  return *static_cast<Map*>(offmap->dev_priv);
}

// test_run.cpp
int test_run(net_device* dev, bpf_prog* prog, TestRun* run);

}  // namespace host::nfp
