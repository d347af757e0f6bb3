// Writes events line by line to a file beside the target, which the file replaces at the end.
// SPDX-License-Identifier: Apache-2.0
#include "cli/event_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace cli {
namespace {

using nlohmann::ordered_json;

std::string hex(std::span<const uint8_t> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

base::Error write_error(const std::string& path, int number) {
  return base::io_error(fmt::format("cannot be written: {}", std::strerror(number)), path);
}

// Pipes and devices are written as they are; a file is replaced when all of it is there.
bool is_replaced(const std::string& path) {
  std::error_code ignored;
  return !std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

struct EventLog::Impl {
  std::string path, temporary;
  std::vector<std::string> maps;  // table id of maps[i] is i + 1
  std::FILE* file = nullptr;

  ~Impl() {
    if (file != nullptr && file != stdout) std::fclose(file);
    if (!temporary.empty()) unlink(temporary.c_str());
  }
};

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLog::EventLog(EventLog&&) noexcept = default;
EventLog::~EventLog() = default;

base::Result<EventLog> EventLog::create(const std::string& path,
                                        const std::vector<firmware::ImageMap>& maps) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  for (const firmware::ImageMap& map : maps) impl->maps.push_back(map.name);
  if (path == "-") {
    impl->file = stdout;
    return EventLog(std::move(impl));
  }
  const bool replaces = is_replaced(path);
  const std::string opened = replaces ? fmt::format("{}.{}.partial", path, getpid()) : path;
  impl->file = std::fopen(opened.c_str(), replaces ? "wbx" : "wb");
  if (impl->file == nullptr) return write_error(path, errno);
  if (replaces) impl->temporary = opened;
  return EventLog(std::move(impl));
}

base::Result<void> EventLog::write(const nic::ProgramEvent& event) {
  ordered_json json = {{"schema", "millrace.event/1"},
                       {"time_ns", static_cast<double>(event.time_ps) / 1000.0},
                       {"packet", event.packet_sequence},
                       {"queue", event.queue},
                       {"map_id", event.map_id}};
  if (event.map_id - 1 < impl_->maps.size()) json["map"] = impl_->maps[event.map_id - 1];
  json["data"] = hex(event.data);
  json["packet_data"] = hex(event.packet);
  const std::string line = json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  if (std::fwrite(line.data(), 1, line.size(), impl_->file) != line.size())
    return write_error(impl_->path, errno);
  return {};
}

base::Result<void> EventLog::close() {
  std::FILE* file = std::exchange(impl_->file, nullptr);
  const bool flushed = (file == stdout ? std::fflush(file) : std::fclose(file)) == 0;
  if (!flushed) return write_error(impl_->path, errno);
  if (impl_->temporary.empty()) return {};
  if (std::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0)
    return write_error(impl_->path, errno);
  impl_->temporary.clear();
  return {};
}

}  // namespace cli
