// CardSession: what the driver does between a compiled image and a card, without queues and
// messages.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/card_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "base/bits.h"
#include "host-driver/map_json.h"

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
  if (Result<void> loaded = session.card_->load(store); !loaded) return loaded.error();
  return session;
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
  Result<std::vector<MapContents>> contents = parse_map_contents(json_text, where);
  if (!contents) return contents.error();
  for (MapContents& wanted : *contents) {
    const auto found = std::find_if(maps_.begin(), maps_.end(),
                                    [&](const auto& map) { return map.name == wanted.map; });
    if (found == maps_.end()) {
      std::string names;
      for (const firmware::ImageMap& map : maps_) names += (names.empty() ? "" : ", ") + map.name;
      return base::invalid_input(fmt::format("no map is called \"{}\"; the program has {}",
                                             wanted.map, names.empty() ? "none" : names),
                                 where);
    }
    if (found->type == firmware::kMapTypePerfEventArray) {
      return base::invalid_input(
          fmt::format("{} is a perf event array, which has no entries on a card", wanted.map),
          where);
    }
    const auto index = static_cast<unsigned>(found - maps_.begin());
    for (size_t i = 0; i < wanted.entries.size(); ++i) {
      MapEntry& entry = wanted.entries[i];
      const std::string place = fmt::format("{}: {}[{}]", where, wanted.map, i);
      if (entry.key.size() != found->key_bytes || entry.value.size() != found->value_bytes) {
        return base::invalid_input(
            fmt::format("key has {} bytes and value {}; the map takes {} and {}", entry.key.size(),
                        entry.value.size(), found->key_bytes, found->value_bytes),
            place);
      }
      swap_atomic_words(index, entry.value);
      const int error = firmware::to_errno(table_->update(index + 1, entry.key, entry.value, 0));
      if (error == E2BIG) {
        return base::out_of_range(
            fmt::format("the map takes {} entries and its keys end there", found->max_entries),
            place);
      }
      if (error != 0)
        return base::invalid_input(fmt::format("update failed: {}", std::strerror(error)), place);
    }
  }
  return {};
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
