// Ids and the deferred end of objects.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/objects.h"

#include <cassert>
#include <utility>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core.h"
#include "host-driver/rtnl/xdp.h"

namespace host {

namespace {

template <typename T>
ObjectRef lock_as(const std::weak_ptr<void>& entry) {
  std::shared_ptr<T> object = std::static_pointer_cast<T>(entry.lock());
  return object ? ObjectRef(std::move(object)) : ObjectRef{};
}

ObjectRef lock_entry(ObjectKind kind, const std::weak_ptr<void>& entry) {
  switch (kind) {
    case ObjectKind::kProg:
      return lock_as<bpf_prog>(entry);
    case ObjectKind::kMap:
      return lock_as<bpf_map>(entry);
    case ObjectKind::kBtf:
      return lock_as<btf>(entry);
    case ObjectKind::kLink:
      return lock_as<bpf_link>(entry);
    case ObjectKind::kNone:
      break;
  }
  return {};
}

bool is_found_by_id(const ObjectRef& object) {
  if (const auto* prog = std::get_if<ProgRef>(&object)) return !(*prog)->aux->id_released;
  if (const auto* map = std::get_if<MapRef>(&object)) return !(*map)->id_released;
  return kind_of(object) != ObjectKind::kNone;
}

std::pair<ObjectKind, uint32_t> name_of(const bpf_prog& prog) {
  return {ObjectKind::kProg, prog.aux->id};
}
std::pair<ObjectKind, uint32_t> name_of(const bpf_map& map) { return {ObjectKind::kMap, map.id}; }
std::pair<ObjectKind, uint32_t> name_of(const btf& types) { return {ObjectKind::kBtf, types.id}; }
std::pair<ObjectKind, uint32_t> name_of(const bpf_link& link) {
  return {ObjectKind::kLink, link.id};
}

}  // namespace

// Objects without references, as they came.
struct Objects::Waiting {
  std::vector<std::unique_ptr<bpf_prog>> progs;
  std::vector<std::unique_ptr<bpf_map>> maps;
  std::vector<std::unique_ptr<btf>> btfs;
  std::vector<std::unique_ptr<bpf_link>> links;

  bool empty() const { return progs.empty() && maps.empty() && btfs.empty() && links.empty(); }
  auto& list(const bpf_prog*) { return progs; }
  auto& list(const bpf_map*) { return maps; }
  auto& list(const btf*) { return btfs; }
  auto& list(const bpf_link*) { return links; }

  void free_all() {
    for (auto& link : links) xdp_link_detach(link.get());
    for (auto& prog : progs) {
      prog->aux->used_maps.clear();
      prog->aux->bound_maps.clear();
      prog->aux->btf.reset();
      bpf_prog_offload_destroy(prog.get());
    }
    for (auto& map : maps) {
      if (map->offmap) bpf_map_offload_map_free(map.get());
    }
  }
};

bpf_prog_aux::bpf_prog_aux() = default;
bpf_prog_aux::~bpf_prog_aux() = default;
bpf_map::bpf_map() = default;
bpf_map::~bpf_map() = default;

const char* to_string(ObjectKind kind) {
  constexpr const char* kNames[] = {"none", "prog", "map", "btf", "link"};
  return kNames[static_cast<size_t>(kind)];
}

uint32_t id_of(const ObjectRef& object) {
  struct {
    uint32_t operator()(std::monostate) const { return 0; }
    uint32_t operator()(const ProgRef& prog) const { return prog->aux->id; }
    uint32_t operator()(const MapRef& map) const { return map->id; }
    uint32_t operator()(const BtfRef& types) const { return types->id; }
    uint32_t operator()(const LinkRef& link) const { return link->id; }
  } id;
  return std::visit(id, object);
}

Objects::Objects(uint32_t first_id) : first_id_(first_id), waiting_(std::make_unique<Waiting>()) {
  for (Table& table : tables_) table.last_id = first_id - 1;
}

Objects::~Objects() {
  settle();
  for ([[maybe_unused]] const Table& table : tables_)
    assert(table.by_id.empty() && "objects die before their table");
}

template <typename T>
void Objects::retire(T* object) {
  const auto [kind, id] = name_of(*object);
  const std::lock_guard guard(mutex_);
  tables_[static_cast<size_t>(kind)].by_id.erase(id);
  waiting_->list(object).emplace_back(object);
}

template <typename T>
std::shared_ptr<T> Objects::make() {
  return std::shared_ptr<T>(new T, [this](T* object) { retire(object); });
}
template std::shared_ptr<bpf_prog> Objects::make();
template std::shared_ptr<bpf_map> Objects::make();
template std::shared_ptr<btf> Objects::make();
template std::shared_ptr<bpf_link> Objects::make();

void Objects::give_id(ObjectKind kind, uint32_t* id, std::weak_ptr<void> object) {
  const std::lock_guard guard(mutex_);
  Table& table = tables_[static_cast<size_t>(kind)];
  do {
    table.last_id = table.last_id >= INT32_MAX ? first_id_ : table.last_id + 1;
  } while (table.by_id.contains(table.last_id));
  *id = table.last_id;
  table.by_id.emplace(*id, std::move(object));
}

void Objects::publish(const ObjectRef& object) {
  const ObjectKind kind = kind_of(object);
  if (const auto* prog = std::get_if<ProgRef>(&object)) {
    give_id(kind, &(*prog)->aux->id, *prog);
  } else if (const auto* map = std::get_if<MapRef>(&object)) {
    give_id(kind, &(*map)->id, *map);
  } else if (const auto* types = std::get_if<BtfRef>(&object)) {
    give_id(kind, &(*types)->id, *types);
  } else if (const auto* link = std::get_if<LinkRef>(&object)) {
    give_id(kind, &(*link)->id, *link);
  }
}

// What is taken under the mutex may turn out to be the last reference: it is dropped after the mutex, which retire() takes.
uint32_t Objects::next_id(ObjectKind kind, uint32_t start) const {
  std::vector<ObjectRef> taken;
  const std::lock_guard guard(mutex_);
  const Table& table = tables_[static_cast<size_t>(kind)];
  for (auto at = table.by_id.upper_bound(start); at != table.by_id.end(); ++at) {
    taken.push_back(lock_entry(kind, at->second));
    if (is_found_by_id(taken.back())) return at->first;
  }
  return 0;
}

ObjectRef Objects::find(ObjectKind kind, uint32_t id) const {
  ObjectRef object;
  {
    const std::lock_guard guard(mutex_);
    const Table& table = tables_[static_cast<size_t>(kind)];
    const auto found = table.by_id.find(id);
    if (found != table.by_id.end()) object = lock_entry(kind, found->second);
  }
  return is_found_by_id(object) ? object : ObjectRef{};
}

size_t Objects::count(ObjectKind kind) const {
  size_t n = 0;
  for (uint32_t id = next_id(kind, 0); id != 0; id = next_id(kind, id)) ++n;
  return n;
}

void Objects::settle() {
  while (true) {
    Waiting now;
    {
      const std::lock_guard guard(mutex_);
      if (waiting_->empty()) return;
      std::swap(now, *waiting_);
    }
    now.free_all();
  }
}

}  // namespace host
