// CardSession: what the driver does between a compiled image and a card, without queues and
// messages.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/card_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/bits.h"
#include "host-driver/map_fill.h"

namespace host {
namespace {

// Of std::vector's own order g++ 12 believes, when it optimises, that it compares too many bytes.
struct ByteOrder {
  bool operator()(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) const {
    return std::ranges::lexicographical_compare(a, b);
  }
};

}  // namespace

using base::Result;

Result<CardSession> CardSession::open(const nic::Config& config, const firmware::Image& image,
                                      uint64_t seed, const fpc::EngineChoice& engine) {
  Result<firmware::LinkedStore> store = firmware::link(image);
  if (!store) return store.error();
  return open(config, *store, image.maps, seed, engine);
}

Result<CardSession> CardSession::open(const nic::Config& config, const firmware::LinkedStore& store,
                                      const std::vector<firmware::ImageMap>& maps, uint64_t seed,
                                      const fpc::EngineChoice& engine) {
  CardSession session;
  session.card_ = std::make_unique<nic::Nic>(config, seed, engine);
  session.table_ = std::make_unique<firmware::MapTable>(session.card_->memory());
  session.maps_ = maps;
  for (const firmware::ImageMap& map : maps) {
    Result<unsigned> id =
        session.table_->create({map.type, map.key_bytes, map.value_bytes, map.max_entries});
    if (!id)
      return base::Error{id.error().code, id.error().message, fmt::format("map {}", map.name)};
  }
  if (Result<void> filled = session.fill_initial(); !filled) return filled.error();
  if (Result<void> loaded = session.card_->load(store); !loaded) return loaded.error();
  return session;
}

Result<void> CardSession::fill_initial() {
  constexpr uint32_t kFirst = 0;
  for (unsigned map = 0; map < maps_.size(); ++map) {
    std::vector<uint8_t> value = maps_[map].initial;
    if (value.empty()) continue;
    swap_atomic_words(map, value);
    const firmware::MapStatus status = table_->update(
        map + 1, std::span(reinterpret_cast<const uint8_t*>(&kFirst), sizeof kFirst), value, 0);
    if (status != firmware::MapStatus::kOk)
      return base::invalid_input(
          fmt::format("the initial value of {} bytes cannot be written: {}", value.size(),
                      std::strerror(firmware::to_errno(status))),
          fmt::format("map {}", maps_[map].name));
  }
  return {};
}

void CardSession::swap_atomic_words(unsigned map, std::vector<uint8_t>& value) const {
  const std::vector<firmware::WordUse>& use = maps_[map].word_use;
  for (size_t word = 0; word < use.size() && word * 4 + 4 <= value.size(); ++word) {
    if (use[word] != firmware::WordUse::kAtomic) continue;
    uint8_t* at = value.data() + word * 4;
    base::store_be(at, base::load_le<uint32_t>(at));
  }
}

Result<void> CardSession::preload_maps(const std::string& json_text, const std::string& where) {
  std::vector<NamedMap> maps;
  for (const firmware::ImageMap& map : maps_)
    maps.push_back(
        {map.name, map.type, map.key_bytes, map.value_bytes, map.max_entries, map.is_constant});
  return fill_maps(json_text, where, maps, [&](size_t index, MapEntry& entry) {
    const auto map = static_cast<unsigned>(index);
    swap_atomic_words(map, entry.value);
    return firmware::to_errno(table_->update(map + 1, entry.key, entry.value, 0));
  });
}

std::string CardSession::dump_maps() const {
  std::vector<MapContents> all;
  for (unsigned index = 0; index < maps_.size(); ++index) {
    if (maps_[index].type == firmware::kMapTypePerfEventArray) continue;
    std::map<std::vector<uint8_t>, std::vector<uint8_t>, ByteOrder> sorted;
    table_->for_each(index + 1, [&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
      std::vector<uint8_t>& bytes = sorted[{key.begin(), key.end()}];
      bytes.assign(value.begin(), value.end());
      swap_atomic_words(index, bytes);
    });
    MapContents contents{maps_[index].name, {}};
    for (auto& [key, value] : sorted) contents.entries.push_back({key, std::move(value)});
    all.push_back(std::move(contents));
  }
  return print_map_contents(all);
}

}  // namespace host
