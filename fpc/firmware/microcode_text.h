// The texts of fpc/firmware/microcode as constants; the build generates their definitions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace firmware::microcode_text {

extern const std::string_view registers;
extern const std::string_view dispatch;
extern const std::string_view context;
extern const std::string_view control;
extern const std::string_view control_walk;
extern const std::string_view map_common;
extern const std::string_view map_lookup;
extern const std::string_view map_change;
extern const std::string_view map_update;
extern const std::string_view map_delete;
extern const std::string_view perf_event;

}  // namespace firmware::microcode_text
