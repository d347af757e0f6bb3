// Pins in the file system: a symbolic link to the object's placeholder, in a folder that counts as a bpf file system.
// SPDX-License-Identifier: Apache-2.0
//
// Links, so that ls, rm, mv and mkdir need no help; only statfs(2) is told that the folder is a bpf file system.
#pragma once

#include <string>

#include "base/unique_fd.h"

namespace interpose {

// A bpf file system, or a folder at or below the one that MILLRACE_BPFFS names.
bool is_pin_folder(const std::string& folder);

// "bpf-map" of the path of a placeholder, ".../obj/bpf-map.7"; empty: of another file.
std::string object_name(const std::string& path);

// 0 and a descriptor (O_PATH) of the new link, or -errno: EPERM outside of such folders, EEXIST, ENOENT, EACCES.
int make_pin(const std::string& path, const std::string& placeholder, base::UniqueFd* link);

}  // namespace interpose
