// Groups and prints faults.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/fault_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "fpc/assembler.h"

namespace nic {

const FaultLog::Line* FaultLog::find(const fpc::Fault& fault) const {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) {
    return line.fault.kind == fault.kind && line.fault.address == fault.address;
  });
  return found == lines_.end() ? nullptr : &*found;
}

bool FaultLog::wants(const fpc::Fault& fault) const {
  return lines_.size() < kLines && find(fault) == nullptr;
}

void FaultLog::add(unsigned worker, const fpc::Fault& fault, const std::string& detail) {
  if (const Line* line = find(fault)) {
    ++lines_[static_cast<size_t>(line - lines_.data())].count;
  } else if (lines_.size() < kLines) {
    lines_.push_back({worker, fault, detail, 1});
  } else {
    ++others_;
  }
}

std::vector<std::string> FaultLog::lines() const {
  std::vector<std::string> texts;
  for (const Line& line : lines_) {
    std::string text =
        fmt::format("fpc {} context {}: {} at word {}", line.worker, 2 * line.fault.slot,
                    fpc::to_string(line.fault.kind), line.fault.address);
    if (line.fault.kind != fpc::FaultKind::kPcOutOfRange) {
      text += fmt::format(" ({:#x}, {})", line.fault.word, fpc::disassemble(line.fault.word));
    }
    if (!line.detail.empty()) text += ": " + line.detail;
    if (line.count > 1) text += fmt::format(", {} times", line.count);
    texts.push_back(std::move(text));
  }
  if (others_ != 0) texts.push_back(fmt::format("{} faults at other places", others_));
  return texts;
}

}  // namespace nic
