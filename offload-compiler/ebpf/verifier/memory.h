// Accesses through pointers: to the stack, the packet, map values and the context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"
#include "offload-compiler/ebpf/verifier/stack.h"

namespace ebpf {

// Checks the access; a load also sets what is known of access.value.
bool load(Env& env, const Access& access);
bool store(Env& env, const Access& access);

// Strictly: the address is a multiple of the access's size. Always so on the stack, elsewhere when the program asks for it.
bool aligned(Env& env, const Access& access, bool strict);

// [off, off + size) behind the packet pointer in r`base`, whose own offset is part of `off`.
bool packet_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed);

// The same for a map value.
bool map_value_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed,
                      bool is_write);

// The same for memory of a known size: a function's argument, or the key that a callback gets.
bool memory_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed,
                   bool is_write);

// The pointer in r`number` is exactly what it was created as.
bool unmodified_pointer(Env& env, unsigned number);

}  // namespace ebpf
