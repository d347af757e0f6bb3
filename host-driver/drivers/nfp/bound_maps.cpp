// Maps of the card behind the kernel's map operations.
// SPDX-License-Identifier: Apache-2.0
#include "base/shared_memory.h"
#include "fpc/memory.h"
#include "host-driver/drivers/nfp/adapter_p.h"

namespace host::nfp {

namespace {

static_assert(bpf_map::kMemoryUnit % fpc::ByteStore::kPageBytes == 0,
              "the card shares whole pages");

Asic& asic_of(const bpf_offloaded_map* offmap) { return port_of(offmap->netdev).asic; }

std::span<const uint8_t> key_of(const bpf_offloaded_map* offmap, const void* key) {
  return {static_cast<const uint8_t*>(key), key == nullptr ? 0 : offmap->map.key_size};
}

int get_next_key(bpf_offloaded_map* offmap, const void* key, void* next_key) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().next_key(card_map_of(offmap), key_of(offmap, key),
                                      {static_cast<uint8_t*>(next_key), offmap->map.key_size});
}

int lookup_elem(bpf_offloaded_map* offmap, const void* key, void* value) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().lookup(card_map_of(offmap), key_of(offmap, key),
                                    {static_cast<uint8_t*>(value), offmap->map.value_size});
}

int update_elem(bpf_offloaded_map* offmap, const void* key, const void* value, uint64_t flags) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().update(card_map_of(offmap), key_of(offmap, key),
                                    {static_cast<const uint8_t*>(value), offmap->map.value_size},
                                    flags);
}

int delete_elem(bpf_offloaded_map* offmap, const void* key) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().remove(card_map_of(offmap), key_of(offmap, key));
}

int lookup_batch(bpf_offloaded_map* offmap, const void* key, uint32_t most,
                 const EntryVisit& visit) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().lookup_batch(card_map_of(offmap), key_of(offmap, key), most, visit);
}

int update_batch(bpf_offloaded_map* offmap, std::span<const EntryView> entries, uint64_t flags,
                 size_t* done) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().update_batch(card_map_of(offmap), entries, flags, *done);
}

int delete_batch(bpf_offloaded_map* offmap, std::span<const EntryView> entries, size_t* done) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  return asic.device->maps().delete_batch(card_map_of(offmap), entries, *done);
}

constexpr bpf_map_dev_ops kMapOps = {
    .map_get_next_key = get_next_key,
    .map_lookup_elem = lookup_elem,
    .map_update_elem = update_elem,
    .map_delete_elem = delete_elem,
    .map_lookup_batch = lookup_batch,
    .map_update_batch = update_batch,
    .map_delete_batch = delete_batch,
};

}  // namespace

int map_alloc(Port& port, bpf_offloaded_map* offmap) {
  const bpf_map& map = offmap->map;
  const Asic::Use use(port.asic);
  std::unique_ptr<Map> made;
  Maps& maps = port.asic.device->maps();
  const bool is_mappable = map.memory != nullptr;
  int error = maps.alloc(
      {map.map_type, map.key_size, map.value_size, map.max_entries, offmap->dev_flags, is_mappable},
      made);
  if (error != 0) return error;
  if (is_mappable) {
    const std::span<uint8_t> bytes = map.memory->bytes();
    error = maps.share(*made, {map.memory, bytes.data()}, bytes.size());
    if (error != 0) {
      maps.free(std::move(made));
      return error;
    }
    offmap->is_shared = true;
  }
  offmap->dev_ops = &kMapOps;
  offmap->dev_priv = made.release();
  return 0;
}

int map_free(bpf_offloaded_map* offmap) {
  Asic& asic = asic_of(offmap);
  const Asic::Use use(asic);
  asic.device->maps().free(std::unique_ptr<Map>(&card_map_of(offmap)));
  offmap->dev_priv = nullptr;
  return 0;
}

}  // namespace host::nfp
