// One call of bpf(2) under way: its attribute, and the caller's memory and descriptors as the handlers use them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host-driver/caller.h"
#include "host-driver/syscall/bpf_syscall.h"

namespace host {

struct Call {
  Bpf& bpf;
  const Caller& caller;
  uint64_t attr_address;
  uint32_t attr_bytes;  // as the caller gave it
  bpf_attr attr;        // zero where the caller's ends

  bool may_admin() const { return caller.credentials.may_admin; }
  bool is_strict() const { return bpf.options().strict; }
  net* network_namespace() const { return bpf.network().namespace_of(caller.credentials.net); }
  void explain(std::string_view reason) const {
    if (caller.explain) caller.explain(reason);
  }

  // std::nullopt: EFAULT.
  std::optional<std::vector<uint8_t>> read(uint64_t address, size_t bytes) const;
  template <typename T>
  bool read_object(uint64_t address, T* to) const {
    return caller.read(address, std::span(reinterpret_cast<uint8_t*>(to), sizeof *to));
  }
  bool write(uint64_t address, std::span<const uint8_t> from) const {
    return caller.write(address, from);
  }
  template <typename T>
  bool write_object(uint64_t address, const T& from) const {
    return caller.write(address, std::span(reinterpret_cast<const uint8_t*>(&from), sizeof from));
  }
  // Up to `max` characters and a terminating zero. EFAULT, or ENAMETOOLONG without one; the text is then what was read.
  int read_text(uint64_t address, size_t max, std::string* text) const;
  // A field of the caller's attribute that the command answers in.
  template <typename T>
  bool answer(const T& field) const {
    const auto offset =
        reinterpret_cast<const uint8_t*>(&field) - reinterpret_cast<const uint8_t*>(&attr);
    return write_object(attr_address + static_cast<uint64_t>(offset), field);
  }

  // EBADF: nothing is open there; EINVAL: something else than a T.
  template <typename T>
  int get(uint32_t fd, std::shared_ptr<T>* object) const {
    ObjectFile file;
    if (const int error = get_file(fd, &file); error != 0) return error;
    const auto* found = std::get_if<std::shared_ptr<T>>(&file.object);
    if (found == nullptr) return -EINVAL;
    *object = *found;
    return 0;
  }
  int get_file(uint32_t fd, ObjectFile* file) const;
  long give(const ObjectRef& object) const { return caller.give_fd({object}); }
};

// The names that the kernel allows objects: letters, digits, '_' and '.', and room for a zero. EINVAL otherwise.
int read_object_name(const char (&from)[BPF_OBJ_NAME_LEN], std::string* name);

// 0, or -EINVAL when both are set: BPF_F_RDONLY and BPF_F_WRONLY as rights of a file.
int read_file_rights(uint32_t flags, ObjectFile* file);

#define BPF_COMMAND(name, handler, last_field) long handler(Call& call);
#include "host-driver/syscall/commands.def"
#undef BPF_COMMAND

}  // namespace host
