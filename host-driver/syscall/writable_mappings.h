// Who has a map's memory mapped for writing, which holds up BPF_MAP_FREEZE.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace host {

// Whether a process other than ours has a shared mapping of the file that it may write at this moment: what /proc/PID/maps says of
// all processes that we may look at. Of the kernel's answer it lacks those of others' users, and mappings that were made for writing
// and are protected now.
bool is_mapped_for_writing_elsewhere(int file);

}  // namespace host
