// JSON documents as the command line writes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cli {

// Names, paths and lines are bytes of a stranger's: what is no UTF-8 is replaced.
inline std::string json_text(const nlohmann::ordered_json& root) {
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cli
