// Reads an image from JSON that nobody vouches for: every member is checked, every size is bounded.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "fpc/firmware/abi.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/word_use.h"

namespace firmware {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxTextBytes = size_t{16} << 20;
constexpr size_t kMaxString = 4096;
constexpr size_t kMaxLines = 65536;
constexpr size_t kMaxWarnings = 4096;
constexpr size_t kShownCharacters = 60;
constexpr uint32_t kMaxInsns = 1u << 20;
constexpr uint32_t kMaxElementBytes = 1u << 16;
constexpr uint64_t kAnyU32 = 0xffffffffu;

// Walks the document and keeps the first complaint; after it every getter returns an empty value.
class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  const std::optional<base::Error>& error() const { return error_; }

  void refuse(const std::string& member, const std::string& found, const std::string& allowed) {
    if (error_) return;
    error_ = base::invalid_input(fmt::format("{}: found {}, allowed is {}", member, found, allowed),
                                 where_);
  }

  // The object has exactly these members, and may have those of `optional`.
  bool check_members(const Json& json, const std::string& path,
                     std::span<const std::string_view> names,
                     std::span<const std::string_view> optional = {}) {
    if (error_) return false;
    const std::string label = path.empty() ? "the document" : path;
    if (!json.is_object()) {
      refuse(label, describe(json), "an object");
      return false;
    }
    for (const auto& item : json.items()) {
      if (std::ranges::find(optional, item.key()) == optional.end() &&
          std::ranges::find(names, item.key()) == names.end()) {
        refuse(label, fmt::format("unknown member \"{}\"", shorten(item.key())),
               fmt::format("{}", fmt::join(names, ", ")));
        return false;
      }
    }
    for (const std::string_view name : names) {
      if (!json.contains(name)) {
        refuse(join(path, name), "no such member", "exactly one");
        return false;
      }
    }
    return true;
  }

  uint32_t number(const Json& json, const std::string& member, uint64_t low, uint64_t high) {
    if (error_) return 0;
    if (json.is_number_unsigned()) {
      const auto value = json.get<uint64_t>();
      if (value >= low && value <= high) return static_cast<uint32_t>(value);
    }
    refuse(member, describe(json), fmt::format("a number from {} to {}", low, high));
    return 0;
  }

  std::string text(const Json& json, const std::string& member) {
    if (error_) return {};
    if (json.is_string() && json.get_ref<const std::string&>().size() <= kMaxString) {
      return json.get<std::string>();
    }
    refuse(member, describe(json), fmt::format("a string of at most {} bytes", kMaxString));
    return {};
  }

  bool truth(const Json& json, const std::string& member) {
    if (error_ || json.is_boolean()) return !error_ && json.get<bool>();
    refuse(member, describe(json), "true or false");
    return false;
  }

  // Two hex digits a byte.
  std::vector<uint8_t> bytes(const Json& json, const std::string& member, size_t count) {
    if (error_) return {};
    std::vector<uint8_t> bytes;
    if (json.is_string() && json.get_ref<const std::string&>().size() == 2 * count) {
      const std::string& text = json.get_ref<const std::string&>();
      for (const char* at = text.data(); at != text.data() + text.size(); at += 2) {
        if (std::from_chars(at, at + 2, bytes.emplace_back(), 16).ptr != at + 2) break;
        if (bytes.size() == count) return bytes;
      }
    }
    refuse(member, describe(json), fmt::format("{} hex digits", 2 * count));
    return {};
  }

  // Index in `names`.
  size_t choice(const Json& json, const std::string& member,
                std::span<const std::string_view> names) {
    if (error_) return 0;
    if (json.is_string()) {
      const auto found = std::ranges::find(names, json.get_ref<const std::string&>());
      if (found != names.end()) return static_cast<size_t>(found - names.begin());
    }
    refuse(member, describe(json), fmt::format("one of {}", fmt::join(names, ", ")));
    return 0;
  }

  // Calls read(element, "member[i]") for every element.
  template <typename Read>
  void list(const Json& json, const std::string& member, size_t low, size_t high, Read read) {
    if (error_) return;
    if (!json.is_array() || json.size() < low || json.size() > high) {
      const std::string found =
          json.is_array() ? fmt::format("{} elements", json.size()) : describe(json);
      refuse(member, found, fmt::format("a list of {} to {} elements", low, high));
      return;
    }
    for (size_t i = 0; i < json.size() && !error_; ++i) {
      read(json[i], fmt::format("{}[{}]", member, i));
    }
  }

  static std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  }

 private:
  static std::string shorten(const std::string& text) {
    return text.size() <= kShownCharacters ? text : text.substr(0, kShownCharacters) + "...";
  }
  static std::string describe(const Json& json) {
    if (json.is_structured()) return json.is_array() ? "a list" : "an object";
    return shorten(json.dump(-1, ' ', true, Json::error_handler_t::replace));
  }

  std::string where_;
  std::optional<base::Error> error_;
};

fpc::Word read_word(Reader& reader, const Json& json, const std::string& member) {
  if (json.is_string() && json.get_ref<const std::string&>().size() == 16) {
    const std::string& text = json.get_ref<const std::string&>();
    fpc::Word word = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
    const bool known = word >> kRelocationShift <= static_cast<uint8_t>(kLastRelocation);
    if (error == std::errc{} && end == text.data() + text.size() && known) return word;
  }
  reader.refuse(member,
                json.is_string()
                    ? json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 40)
                    : json.type_name(),
                "16 hex digits with a relocation type of 0 to 10 in the first two");
  return 0;
}

ImageMap read_map(Reader& reader, const Json& json, const std::string& path) {
  static constexpr std::array<std::string_view, 8> kMembers = {
      "name",        "type",     "key_bytes", "value_bytes",
      "max_entries", "word_use", "key_btf",   "value_btf"};
  static constexpr std::array<std::string_view, 2> kOptional = {"initial", "constant"};
  ImageMap map;
  if (!reader.check_members(json, path, kMembers, kOptional)) return map;
  const auto at = [&](std::string_view name) { return Reader::join(path, name); };
  map.name = reader.text(json["name"], at("name"));
  map.type = reader.number(json["type"], at("type"), 0, kAnyU32);
  map.key_bytes = reader.number(json["key_bytes"], at("key_bytes"), 1, kMaxElementBytes);
  map.value_bytes = reader.number(json["value_bytes"], at("value_bytes"), 1, kMaxElementBytes);
  map.max_entries = reader.number(json["max_entries"], at("max_entries"), 1, kAnyU32);
  const size_t value_words = (size_t{map.value_bytes} + 3) / 4;
  reader.list(
      json["word_use"], at("word_use"), 0, value_words,
      [&](const Json& use, const std::string& member) {
        map.word_use.push_back(static_cast<WordUse>(reader.choice(use, member, kWordUseNames)));
      });
  map.key_btf = reader.text(json["key_btf"], at("key_btf"));
  map.value_btf = reader.text(json["value_btf"], at("value_btf"));
  if (json.contains("initial"))
    map.initial = reader.bytes(json["initial"], at("initial"), map.value_bytes);
  if (json.contains("constant")) map.is_constant = reader.truth(json["constant"], at("constant"));
  return map;
}

SourceLine read_line(Reader& reader, const Json& json, const std::string& path, uint64_t words) {
  static constexpr std::array<std::string_view, 4> kMembers = {"word", "insn", "file", "line"};
  SourceLine line;
  if (!reader.check_members(json, path, kMembers)) return line;
  line.word = reader.number(json["word"], Reader::join(path, "word"), 0, words);
  line.insn = reader.number(json["insn"], Reader::join(path, "insn"), 0, kMaxInsns);
  line.file = reader.text(json["file"], Reader::join(path, "file"));
  line.line = reader.number(json["line"], Reader::join(path, "line"), 0, kAnyU32);
  return line;
}

void read_names(Reader& reader, const Json& json, Image& image) {
  static constexpr std::array<std::string_view, 2> kTypes = {"xdp", "sched_cls"};
  static constexpr std::array<std::string_view, 2> kCodegens = {kCodegenKernel, kCodegenFixed};
  const std::vector<std::string_view> profiles = profile_names();
  image.program = reader.text(json["program"], "program");
  image.program_type = kTypes[reader.choice(json["program_type"], "program_type", kTypes)];
  image.profile = profiles[reader.choice(json["profile"], "profile", profiles)];
  image.codegen = kCodegens[reader.choice(json["codegen"], "codegen", kCodegens)];
}

Image read_image(Reader& reader, const Json& json) {
  static constexpr std::array<std::string_view, 15> kMembers = {"schema",
                                                                "program",
                                                                "program_type",
                                                                "profile",
                                                                "codegen",
                                                                "target_out",
                                                                "target_abort",
                                                                "target_push",
                                                                "target_pop",
                                                                "stack_bytes",
                                                                "max_packet_offset",
                                                                "maps",
                                                                "warnings",
                                                                "words",
                                                                "lines"};
  static constexpr std::array<std::string_view, 1> kSchemas = {kImageSchema};
  Image image;
  if (json.is_object() && json.contains("schema")) {
    reader.choice(json["schema"], "schema", kSchemas);
  }
  if (reader.error() || !reader.check_members(json, "", kMembers)) return image;
  read_names(reader, json, image);
  reader.list(json["words"], "words", 1, kStoreWords,
              [&](const Json& word, const std::string& member) {
                image.words.push_back(read_word(reader, word, member));
              });
  const uint64_t last = image.words.empty() ? 0 : image.words.size() - 1;
  image.target_out = reader.number(json["target_out"], "target_out", 0, last);
  image.target_abort = reader.number(json["target_abort"], "target_abort", 0, last);
  image.target_push = reader.number(json["target_push"], "target_push", 0, last);
  image.target_pop = reader.number(json["target_pop"], "target_pop", 0, last);
  image.stack_bytes = reader.number(json["stack_bytes"], "stack_bytes", 0, kStackBytes);
  image.max_packet_offset =
      reader.number(json["max_packet_offset"], "max_packet_offset", 0, kAnyU32);
  reader.list(json["maps"], "maps", 0, kMaxMaps, [&](const Json& map, const std::string& member) {
    image.maps.push_back(read_map(reader, map, member));
  });
  reader.list(json["lines"], "lines", 0, kMaxLines,
              [&](const Json& line, const std::string& member) {
                image.lines.push_back(read_line(reader, line, member, last));
              });
  reader.list(json["warnings"], "warnings", 0, kMaxWarnings,
              [&](const Json& warning, const std::string& member) {
                image.warnings.push_back(reader.text(warning, member));
              });
  return image;
}

unsigned line_of(const std::string& text, size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return 1 + static_cast<unsigned>(std::count(text.begin(), end, '\n'));
}

}  // namespace

base::Result<Image> image_from_json(const std::string& text, const std::string& where) {
  if (text.size() > kMaxTextBytes) {
    return base::out_of_range(
        fmt::format("image of {} bytes, allowed are {}", text.size(), kMaxTextBytes), where);
  }
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    const auto* parse = dynamic_cast<const Json::parse_error*>(&error);
    return base::invalid_input(fmt::format("malformed JSON, allowed is schema {}", kImageSchema),
                               fmt::format("{}:{}", where, line_of(text, parse ? parse->byte : 0)));
  }
  Reader reader(where);
  Image image = read_image(reader, json);
  if (reader.error()) return *reader.error();
  return image;
}

}  // namespace firmware
