// Checks the file, has a child link it, and picks programs by name.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/object.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "offload-compiler/ebpf/isolated_child.h"
#include "offload-compiler/ebpf/libbpf_loader.h"
#include "offload-compiler/ebpf/object_wire.h"

namespace ebpf {
namespace {

constexpr int64_t kMaxFileBytes = int64_t{64} << 20;

base::Result<void> check_kind(const struct stat& file) {
  if (S_ISDIR(file.st_mode))
    return base::invalid_input("is a directory, needed is an eBPF object file");
  if (!S_ISREG(file.st_mode))
    return base::invalid_input("is no regular file, needed is an eBPF object file");
  if (file.st_size == 0) return base::invalid_input("is empty, needed is an eBPF object file");
  return {};
}

base::Result<void> check_identity(const unsigned char* ident) {
  if (std::memcmp(ident, ELFMAG, SELFMAG) != 0) {
    return base::invalid_input(fmt::format(
        "is no ELF object: begins with {:02x} {:02x} {:02x} {:02x}, needed is 7f 45 4c 46",
        ident[0], ident[1], ident[2], ident[3]));
  }
  if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB) {
    return base::invalid_input(
        fmt::format("is an ELF object of class {} and data encoding {}, needed are 2 (64 bits) and "
                    "1 (little endian)",
                    ident[EI_CLASS], ident[EI_DATA]));
  }
  return {};
}

base::Result<void> check_header(const Elf64_Ehdr& header) {
  if (header.e_machine != EM_BPF) {
    return base::invalid_input(fmt::format("is an ELF object for machine {}, needed is {} (eBPF)",
                                           header.e_machine, EM_BPF));
  }
  if (header.e_type != ET_REL) {
    return base::invalid_input(fmt::format("is an ELF file of type {}, needed is {} (relocatable)",
                                           header.e_type, ET_REL));
  }
  return {};
}

base::Result<void> check_content(int fd, int64_t file_bytes) {
  Elf64_Ehdr header{};
  const ssize_t got = pread(fd, &header, sizeof header, 0);
  if (got < 0) return base::io_error(fmt::format("cannot be read: {}", std::strerror(errno)));
  if (auto checked = check_identity(header.e_ident); !checked) return checked;
  if (got < static_cast<ssize_t>(sizeof header)) {
    return base::invalid_input(
        fmt::format("is truncated: {} bytes, an ELF header alone has {}", got, sizeof header));
  }
  if (file_bytes > kMaxFileBytes) {
    return base::out_of_range(
        fmt::format("has {} bytes, allowed are up to {}", file_bytes, kMaxFileBytes));
  }
  return check_header(header);
}

// Whatever is cheap to say well is said here; libbpf's own messages are for those who know it.
base::Result<void> check_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return base::io_error(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat file {};
  base::Result<void> checked;
  if (fstat(fd, &file) != 0) {
    checked = base::io_error(fmt::format("cannot be read: {}", std::strerror(errno)));
  } else {
    checked = check_kind(file);
    if (checked) checked = check_content(fd, file.st_size);
  }
  close(fd);
  return checked;
}

base::Error at(const std::string& path, base::Error error) {
  error.where = path;
  return error;
}

std::string names_of(const Object& object) {
  std::string names;
  for (const Program& program : object.programs) {
    if (!names.empty()) names += ", ";
    names += program.name;
  }
  return names;
}

}  // namespace

base::Result<Object> load_object(const std::string& path) {
  if (auto checked = check_file(path); !checked) return at(path, checked.error());
  const auto wire = run_isolated([&] { return object_to_wire(load_with_libbpf(path)); });
  if (!wire) {
    base::Error error = wire.error();
    if (error.code != base::ErrorCode::kIo) {
      error.message = fmt::format("malformed object: libbpf {} while reading it", error.message);
    }
    return at(path, error);
  }
  auto object = object_from_wire(*wire);
  if (!object) return base::invalid_input("malformed object: reading it damaged the reader", path);
  if (!*object) return at(path, object->error());
  return std::move(*object);
}

base::Result<Program> select_program(const Object& object, const std::string& name) {
  for (const Program& program : object.programs) {
    if (program.name == name || (name.empty() && object.programs.size() == 1)) return program;
  }
  for (const SkippedProgram& skipped : object.skipped) {
    if (skipped.name == name) {
      return base::unsupported(fmt::format("program {}: {}", name, skipped.reason), object.path);
    }
  }
  const std::string names = names_of(object);
  if (name.empty()) {
    return base::invalid_input(
        fmt::format("{} programs and none chosen, there are {}", object.programs.size(), names),
        object.path);
  }
  return base::invalid_input(fmt::format("no program {}, there are {}", name, names), object.path);
}

KernelTypes types_of(const Object& object, const Program& program) {
  for (size_t i = 0; i < object.programs.size() && i < object.types.size(); ++i) {
    if (object.programs[i].name == program.name) return object.types[i];
  }
  return {};
}

}  // namespace ebpf
