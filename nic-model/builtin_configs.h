// The TOML files of nic-model/configs as they were at build time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace nic {

struct BuiltinConfig {
  std::string_view name;
  std::string_view text;
};

std::span<const BuiltinConfig> builtin_configs();  // sorted by name

}  // namespace nic
