// Events of programs as JSON lines, written while the card runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/image.h"
#include "nic-model/nic.h"

namespace cli {

// One object a line, schema millrace.event/1 (docs/events.md). The file appears under its name when it is complete; "-" is
// standard output.
class EventLog {
 public:
  // `maps`: of the program, to name an event's map.
  static base::Result<EventLog> create(const std::string& path,
                                       const std::vector<firmware::ImageMap>& maps);
  EventLog(EventLog&&) noexcept;
  ~EventLog();

  base::Result<void> write(const nic::ProgramEvent& event);
  base::Result<void> close();

 private:
  struct Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
