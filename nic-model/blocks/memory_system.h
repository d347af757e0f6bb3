// The memories of the card: bytes, engines and cache of CTM (one per island), IMEM and EMEM.
// SPDX-License-Identifier: Apache-2.0
//
// Commands must come in the order of time: each engine serves them in the order of the calls.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fpc/memory.h"
#include "nic-model/blocks/address_map.h"
#include "nic-model/blocks/emem_cache.h"
#include "nic-model/blocks/memory_engine.h"
#include "nic-model/config.h"

namespace nic {

class MemorySystem {
 public:
  MemorySystem(const Config& config, unsigned islands);

  // Times and statistics start afresh; bytes stay.
  void reset_time();

  struct Served {
    bool is_done = false;  // false: the memory refuses the command
    uint64_t signal_cycles = 0;
    uint64_t hold_cycles = 0;  // the core may go on so much later
  };
  // The access's time alone, on one of the memories.
  Served touch(uint64_t now_cycles, unsigned island, const Access& access);
  // Performs the command, too.
  Served serve(uint64_t now_cycles, unsigned island, const Access& access,
               const fpc::MemoryCommand& command, fpc::ContextState& context) {
    return access.target == Target::kCtm ? serve_ctm(now_cycles, island, access, command, context)
                                         : serve_shared(now_cycles, access, command, context);
  }
  // The same for an access to an island's CTM, and for one to IMEM or EMEM, whose words may be spoiled: corrected or overwritten they
  // are in no command's way, and where no reply is asked for, nothing is done and nobody learns of it (docs/decisions/0047).
  Served serve_ctm(uint64_t now_cycles, unsigned island, const Access& access,
                   const fpc::MemoryCommand& command, fpc::ContextState& context);
  Served serve_shared(uint64_t now_cycles, const Access& access, const fpc::MemoryCommand& command,
                      fpc::ContextState& context);

  // Why a command was refused.
  std::string refusal(const Access& access, const fpc::MemoryCommand& command) const;
  const fpc::SpoiledCounts& spoiled_counts() const { return spoiled_; }

  fpc::ByteStore& shared() { return shared_; }  // IMEM and EMEM
  const fpc::ByteStore& shared() const { return shared_; }
  fpc::ByteStore& ctm(unsigned island) { return islands_[island].bytes; }

  struct Load {
    uint64_t commands;
    double load;
  };
  std::map<std::string, Load> loads(uint64_t elapsed_cycles) const;

 private:
  Served touch_ctm(uint64_t now_cycles, unsigned island, const Access& access);
  Served touch_shared(uint64_t now_cycles, const Access& access);
  // A command that was not performed, in case that spoiled words were why.
  Served serve_spoiled(uint64_t now_cycles, const Access& access, const fpc::MemoryCommand& command,
                       fpc::ContextState& context);

  struct Island {
    fpc::ByteStore bytes;
    MemoryEngine ctm, cls;
  };

  const std::pair<const uint64_t, unsigned>* find_spoiled(const Access& access) const;

  Config config_;
  std::vector<Island> islands_;
  fpc::ByteStore shared_;
  MemoryEngine imem_, emem_;
  EmemCache cache_;
  fpc::SpoiledCounts spoiled_;
};

}  // namespace nic
