// One program on one card: links and loads it, creates its maps, lets the caller read and write
// them as user space would.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<CardSession> session = CardSession::open(config, image, seed);
//   session->preload_maps(json, "rules.json");
//   session->card().run(source, limits, hooks);
//   std::string after = session->dump_maps();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"
#include "nic-model/nic.h"

namespace host {

class CardSession {
 public:
  // Error: the image does not fit the control store, a map is outside the card's limits, the
  // configuration has too small a datapath_cycles for the firmware.
  static base::Result<CardSession> open(const nic::Config& config, const firmware::Image& image,
                                        uint64_t seed, const fpc::EngineChoice& engine = {});

  // For words that are relocated already: the caller has linked them; maps[i] becomes table id i
  // + 1.
  static base::Result<CardSession> open(const nic::Config& config,
                                        const firmware::LinkedStore& store,
                                        const std::vector<firmware::ImageMap>& maps, uint64_t seed,
                                        const fpc::EngineChoice& engine = {});

  nic::Nic& card() { return *card_; }

  // {"map name": [{"key": [bytes], "value": [bytes]}, ...]}: entries as bpftool's JSON dump prints
  // them, bytes as "0x1f" or numbers. Words that the program uses atomically are swapped between
  // the memory unit's order and the host's at this edge. Error: names map, entry, what was found
  // and what is allowed; entries before it are in the map.
  base::Result<void> preload_maps(const std::string& json_text, const std::string& where);

  // The same form, every map with entries on the card, entries in the order of their key bytes.
  std::string dump_maps() const;

 private:
  CardSession() = default;
  base::Result<void> fill_initial();  // global data
  void swap_atomic_words(unsigned map, std::vector<uint8_t>& value) const;

  std::unique_ptr<nic::Nic> card_;
  std::unique_ptr<firmware::MapTable> table_;
  std::vector<firmware::ImageMap> maps_;
};

}  // namespace host
