// Reader and printer of map contents.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_json.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace host {
namespace {

using base::Result;
using nlohmann::json;

std::optional<uint8_t> byte_of(const json& value) {
  if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    return number >= 0 && number <= 255 ? std::optional<uint8_t>(static_cast<uint8_t>(number))
                                        : std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.get_ref<const std::string&>();
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  unsigned number = 256;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size() || number > 255) return std::nullopt;
  return static_cast<uint8_t>(number);
}

std::string shown(const json& value) {
  constexpr size_t kShownBytes = 40;
  if (value.is_structured()) return fmt::format("an {}", value.type_name());
  const std::string text = value.dump();
  return text.size() <= kShownBytes ? text : text.substr(0, kShownBytes) + "...";
}

Result<std::vector<uint8_t>> bytes_of(const json& entry, const char* member,
                                      const std::string& place) {
  const auto found = entry.find(member);
  if (found == entry.end() || !found->is_array()) {
    return base::invalid_input(fmt::format("\"{}\" must be an array of bytes", member), place);
  }
  std::vector<uint8_t> bytes;
  for (const json& value : *found) {
    const std::optional<uint8_t> byte = byte_of(value);
    if (!byte) {
      return base::invalid_input(
          fmt::format("{} is not a byte of \"{}\"; bytes are \"0x00\" to \"0xff\" or 0 to 255",
                      shown(value), member),
          place);
    }
    bytes.push_back(*byte);
  }
  return bytes;
}

Result<MapContents> contents_of(const std::string& name, const json& list,
                                const std::string& where) {
  if (!list.is_array()) {
    return base::invalid_input("must be an array of {\"key\": ..., \"value\": ...}",
                               fmt::format("{}: {}", where, name));
  }
  MapContents contents{name, {}};
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = fmt::format("{}: {}[{}]", where, name, i);
    if (!list[i].is_object()) {
      return base::invalid_input(
          fmt::format("found {}, expected an object with key and value", list[i].type_name()),
          place);
    }
    Result<std::vector<uint8_t>> key = bytes_of(list[i], "key", place);
    if (!key) return key.error();
    Result<std::vector<uint8_t>> value = bytes_of(list[i], "value", place);
    if (!value) return value.error();
    contents.entries.push_back({std::move(*key), std::move(*value)});
  }
  return contents;
}

void print_bytes(std::string& out, const std::vector<uint8_t>& bytes) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i)
    out += fmt::format("{}\"0x{:02x}\"", i ? "," : "", bytes[i]);
  out += ']';
}

// What nests deeper than map contents do is dropped at once: the library would walk it with a frame a level.
Result<json> parse_json(const std::string& text, const std::string& where) {
  constexpr int kDeepest = 8;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  try {
    json root = json::parse(text, watch);
    if (too_deep)
      return base::invalid_input(
          fmt::format("nests deeper than {} levels, map contents have 4", kDeepest), where);
    return root;
  } catch (const json::parse_error& error) {
    return base::invalid_input(fmt::format("not JSON at byte {}", error.byte), where);
  } catch (const json::out_of_range&) {
    return base::invalid_input("a number is too large, bytes are 0 to 255", where);
  }
}

}  // namespace

Result<std::vector<MapContents>> parse_map_contents(const std::string& text,
                                                    const std::string& where) {
  const Result<json> read = parse_json(text, where);
  if (!read) return read.error();
  const json& root = *read;
  if (!root.is_object()) {
    return base::invalid_input(
        fmt::format("found {}, expected an object of map names", root.type_name()), where);
  }
  std::vector<MapContents> maps;
  for (const auto& [name, list] : root.items()) {
    Result<MapContents> contents = contents_of(name, list, where);
    if (!contents) return contents.error();
    maps.push_back(std::move(*contents));
  }
  return maps;
}

std::string print_map_contents(const std::vector<MapContents>& maps) {
  std::string out = "{";
  for (size_t m = 0; m < maps.size(); ++m) {
    out += fmt::format("{}\n {}: [", m ? "," : "",
                       json(maps[m].map).dump(-1, ' ', false, json::error_handler_t::replace));
    for (size_t i = 0; i < maps[m].entries.size(); ++i) {
      out += i ? ",\n  {\"key\": " : "\n  {\"key\": ";
      print_bytes(out, maps[m].entries[i].key);
      out += ", \"value\": ";
      print_bytes(out, maps[m].entries[i].value);
      out += '}';
    }
    out += maps[m].entries.empty() ? "]" : "\n ]";
  }
  return out + (maps.empty() ? "}\n" : "\n}\n");
}

}  // namespace host
