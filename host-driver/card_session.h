// One program on one card: links and loads the image, creates its maps, lets the caller read and write them as user space would.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/map_table.h"
#include "nic-model/nic.h"

namespace host {

class CardSession {
 public:
  // Error: the image does not fit the card, a map is outside the card's limits.
  static base::Result<CardSession> open(const nic::Config& config, const firmware::Image& image, uint64_t seed);

  nic::Nic& card() { return *card_; }
  const firmware::Image& image() const { return image_; }
  const firmware::LinkedStore& store() const { return store_; }

  // bpftool's JSON dump form. Words used atomically are swapped between the memory unit's and the host's order at this edge.
  base::Result<void> preload_maps(const std::string& json_text, const std::string& where);
  std::string dump_maps() const;  // {"name": [{"key": [...], "value": [...]}, ...], ...}, sorted by key

 private:
  CardSession() = default;
  std::unique_ptr<nic::Nic> card_;
  std::unique_ptr<firmware::MapTable> maps_;
  firmware::Image image_;
  firmware::LinkedStore store_;
};

}  // namespace host
