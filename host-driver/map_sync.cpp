// Runs each kind of operation on a filled map and keeps the simulated time of every call.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>

#include "base/bits.h"
#include "base/rng.h"

namespace host {
namespace {

using base::Result;
using Bytes = std::vector<uint8_t>;

constexpr double kPsPerSecond = 1e12;
constexpr uint32_t kMostEntries = 3'000'000, kMostOperations = 10'000'000;
constexpr size_t kBatch = 1000;

Bytes bytes_of(uint64_t value, size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < std::min<size_t>(size, 8); ++i)
    bytes[i] = static_cast<uint8_t>(value >> 8 * i);
  return bytes;
}

class Measurement {
 public:
  Measurement(nfp::Device& device, const MapSyncSpec& spec)
      : device_(device), spec_(spec), value_(spec.value_bytes) {}
  ~Measurement() {
    if (map_) device_.maps().free(std::move(map_));
  }

  Result<MapSyncResult> run() {
    const nfp::MapShape shape{spec_.type, spec_.key_bytes, spec_.value_bytes, spec_.entries, 0};
    if (const int error = device_.maps().alloc(shape, map_); error != 0)
      return failed("alloc", error);
    const nfp::Ccm::Counters before = device_.ccm().counters();
    batch_update();
    random_calls(map_sync::kLookup,
                 [&](const Bytes& key) { return device_.maps().lookup(*map_, key, value_); });
    random_calls(map_sync::kUpdate,
                 [&](const Bytes& key) { return device_.maps().update(*map_, key, value_, 0); });
    dump(map_sync::kSingleDump, false);
    dump(map_sync::kMultiDump, true);
    batch_dump();
    if (spec_.type == 1) deletes();
    if (error_ != 0) return failed(failed_in_, error_);
    const nfp::Ccm::Counters after = device_.ccm().counters();
    result_.replies = after.received - before.received;
    result_.replies_within_200us = after.within_200us - before.within_200us;
    return std::move(result_);
  }

 private:
  static base::Error failed(const std::string& what, int error) {
    return base::io_error(fmt::format("{}: {}", what, std::strerror(-error)), "map-sync");
  }
  uint64_t now_ps() const { return device_.port().now_ps(); }

  // A call that moved `entries`; false: an earlier one failed, or this one did.
  bool call(const std::string& name, const std::function<int()>& operation) {
    if (error_ != 0) return false;
    const uint64_t start_ps = now_ps();
    error_ = operation();
    if (error_ != 0) {
      failed_in_ = name;
      return false;
    }
    calls_ps_.push_back(now_ps() - start_ps);
    return true;
  }

  void begin() {
    calls_ps_.clear();
    begun_ps_ = now_ps();
  }
  void finish(const std::string& name, uint64_t entries) {
    const double seconds = static_cast<double>(now_ps() - begun_ps_) / kPsPerSecond;
    std::ranges::sort(calls_ps_);
    const auto quantile = [&](double q) {
      if (calls_ps_.empty()) return 0.0;
      const auto at = static_cast<size_t>(q * static_cast<double>(calls_ps_.size() - 1));
      return static_cast<double>(calls_ps_[at]) / 1000;
    };
    result_.rows.push_back({name, entries,
                            seconds == 0 ? 0 : static_cast<double>(entries) / seconds,
                            quantile(0.5), quantile(0.99)});
  }

  void batch_update() {
    begin();
    for (uint64_t first = 0; first < spec_.entries; first += kBatch) {
      std::vector<Bytes> keys, values;
      for (uint64_t key = first; key < std::min<uint64_t>(first + kBatch, spec_.entries); ++key) {
        keys.push_back(bytes_of(key, spec_.key_bytes));
        values.push_back(bytes_of(key, spec_.value_bytes));
      }
      std::vector<EntryView> items;
      for (size_t i = 0; i < keys.size(); ++i) items.push_back({keys[i], values[i]});
      size_t done = 0;
      call(map_sync::kBatchUpdate,
           [&] { return device_.maps().update_batch(*map_, items, 0, done); });
    }
    finish(map_sync::kBatchUpdate, spec_.entries);
  }

  void random_calls(const std::string& name, const std::function<int(const Bytes&)>& operation) {
    begin();
    for (uint32_t i = 0; i < spec_.operations; ++i) {
      const Bytes key = bytes_of(rng_.below(spec_.entries), spec_.key_bytes);
      call(name, [&] { return operation(key); });
    }
    finish(name, spec_.operations);
  }

  // As bpftool does it: the next key, its value, and so on.
  void dump(const std::string& name, bool with_cache) {
    const bool was_enabled = std::exchange(device_.maps().cache_enabled, with_cache);
    begin();
    Bytes key, next(spec_.key_bytes);
    const uint32_t most = std::min(spec_.entries, spec_.operations);
    for (uint32_t i = 0; i < most; ++i) {
      const bool is_done = call(name, [&] {
        const int error = device_.maps().next_key(*map_, key, next);
        return error != 0 ? error : device_.maps().lookup(*map_, next, value_);
      });
      if (!is_done) break;
      key = next;
    }
    finish(name, most);
    device_.maps().cache_enabled = was_enabled;
  }

  void batch_dump() {
    begin();
    uint64_t entries = 0;
    call(map_sync::kBatchDump, [&] {
      const int error = device_.maps().lookup_batch(*map_, {}, ~0u, [&](auto, auto) { ++entries; });
      return error == -ENOENT ? 0 : error;
    });
    finish(map_sync::kBatchDump, entries);
  }

  void deletes() {
    begin();
    const uint32_t most = std::min(spec_.entries, spec_.operations);
    for (uint32_t key = 0; key < most; ++key) {
      call(map_sync::kDelete,
           [&] { return device_.maps().remove(*map_, bytes_of(key, spec_.key_bytes)); });
    }
    finish(map_sync::kDelete, most);
  }

  nfp::Device& device_;
  MapSyncSpec spec_;
  MapSyncResult result_;
  std::unique_ptr<nfp::Map> map_;
  Bytes value_;
  base::Rng rng_{1};
  std::vector<uint64_t> calls_ps_;
  uint64_t begun_ps_ = 0;
  int error_ = 0;
  std::string failed_in_;
};

Result<uint32_t> number(const std::string& key, std::string_view text, uint32_t most) {
  uint32_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || value == 0 || value > most) {
    return base::invalid_input(fmt::format("{} of '{}', allowed are 1 to {}", key, text, most),
                               "--map-sync");
  }
  return value;
}

Result<void> set(MapSyncSpec& spec, const std::string& key, const std::string& value) {
  constexpr uint32_t kMostValueBytes = 56;
  if (key == "type") {
    if (value != "hash" && value != "array") {
      return base::invalid_input(fmt::format("type of '{}', allowed are hash and array", value),
                                 "--map-sync");
    }
    spec.type = value == "hash" ? 1 : 2;
    return {};
  }
  const bool is_entries = key == "entries", is_ops = key == "ops";
  if (!is_entries && !is_ops && key != "value") {
    return base::invalid_input(
        fmt::format("unknown key '{}', allowed are entries, ops, type and value", key),
        "--map-sync");
  }
  const Result<uint32_t> parsed = number(key, value,
                                         is_entries ? kMostEntries
                                         : is_ops   ? kMostOperations
                                                    : kMostValueBytes);
  if (!parsed) return parsed.error();
  (is_entries ? spec.entries : is_ops ? spec.operations : spec.value_bytes) = *parsed;
  return {};
}

}  // namespace

Result<MapSyncSpec> parse_map_sync(const std::string& text) {
  MapSyncSpec spec;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, end - at);
    const size_t equals = item.find('=');
    if (equals == std::string::npos) {
      return base::invalid_input(fmt::format("'{}' is not key=value", item), "--map-sync");
    }
    const Result<void> taken = set(spec, item.substr(0, equals), item.substr(equals + 1));
    if (!taken) return taken.error();
    at = end + 1;
  }
  return spec;
}

const MapSyncRow* MapSyncResult::find(const std::string& name) const {
  const auto found = std::ranges::find(rows, name, &MapSyncRow::name);
  return found == rows.end() ? nullptr : &*found;
}

Result<MapSyncResult> measure_map_sync(nfp::Device& device, const MapSyncSpec& spec) {
  return Measurement(device, spec).run();
}

}  // namespace host
