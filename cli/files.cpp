// Reading and writing of files for the command line.
// SPDX-License-Identifier: Apache-2.0
#include "cli/files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/bits.h"

namespace cli {

using base::Result;

Result<std::string> read_file(const std::string& path, uint64_t limit) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return base::io_error(std::strerror(errno), path);
  struct stat status {};
  if (fstat(fileno(file.get()), &status) == 0 && S_ISDIR(status.st_mode)) {
    return base::io_error("is a directory, expected a file", path);
  }
  std::string text;
  char block[65536];
  while (const size_t count = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, count);
    if (text.size() > limit) {
      return base::out_of_range(fmt::format("larger than {} bytes, the most that is read", limit),
                                path);
    }
  }
  if (std::ferror(file.get())) return base::io_error(std::strerror(errno), path);
  return text;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  if (path == "-") {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return written ? Result<void>() : base::io_error(std::strerror(errno), "standard output");
  }
  // A device or pipe is written in place: renaming over /dev/null would replace it.
  std::error_code ignored;
  const bool in_place =
      std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  const std::string temporary = in_place ? path : fmt::format("{}.{}.tmp", path, getpid());
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(temporary.c_str(), "wb"), std::fclose);
  if (!file) return base::io_error(std::strerror(errno), path);
  bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  written = std::fclose(file.release()) == 0 && written;
  if (written && (in_place || std::rename(temporary.c_str(), path.c_str()) == 0)) return {};
  const int reason = errno;
  if (!in_place) std::filesystem::remove(temporary, ignored);
  return base::io_error(std::strerror(reason), path);
}

InputKind kind_of(const std::string& contents) {
  if (contents.starts_with("\x7f"
                           "ELF")) {
    return InputKind::kObject;
  }
  const size_t first = contents.find_first_not_of(" \t\r\n");
  return first != std::string::npos && contents[first] == '{' ? InputKind::kImage
                                                              : InputKind::kWords;
}

namespace {

// Text of words: hex digits, blanks and comments. Anything else is taken for a damaged object,
// which gives the better message.
bool looks_like_words(const std::string& contents) {
  for (const char c : contents.substr(0, 4096)) {
    if (c == '\n' || c == '\r' || c == '\t') continue;
    if (c < ' ' || c > '~') return false;
  }
  return !contents.empty();
}

Result<Input> input_of_words(const std::vector<fpc::Word>& words, const std::string& path) {
  Input input{InputKind::kWords, {}, false};
  Result<firmware::Image> image = firmware::image_from_words(words, path);
  if (image) {
    input.image = std::move(*image);
    return input;
  }
  for (const fpc::Word word : words) {
    if (word >> firmware::kRelocationShift) return image.error();
  }
  input.placed = true;
  input.image.program = std::filesystem::path(path).stem().string();
  input.image.words = words;
  return input;
}

Result<Input> load_words(const std::string& contents, const std::string& path) {
  Result<std::vector<fpc::Word>> words = firmware::words_from_text(contents, path);
  if (!words) return words.error();
  return input_of_words(*words, path);
}

// The input when the file holds one that is compiled already.
Result<std::optional<Input>> load_compiled(const std::string& path) {
  Result<std::string> contents = read_file(path);
  if (!contents) return contents.error();
  const InputKind kind = kind_of(*contents);
  if (kind == InputKind::kImage) {
    Result<firmware::Image> image = firmware::image_from_json(*contents, path);
    if (!image) return image.error();
    return std::optional<Input>({kind, std::move(*image), false});
  }
  if (kind != InputKind::kWords || !looks_like_words(*contents)) return std::optional<Input>();
  Result<Input> words = load_words(*contents, path);
  if (!words) return words.error();
  return std::optional<Input>(std::move(*words));
}

Result<offload::Compilation> compile_program(const ProgramSource& source,
                                             const offload::Target& target) {
  Result<ebpf::Program> program = load_program(source);
  if (!program) return program.error();
  Result<offload::Compilation> compiled = offload::compile_in_full(*program, target);
  if (compiled) return compiled;
  return base::Error{compiled.error().code, compiled.error().text(), name_of(source, *program)};
}

}  // namespace

Result<offload::Compilation> compile_source(const ProgramSource& source,
                                            const offload::Target& target) {
  if (!source.path.empty()) {
    Result<std::optional<Input>> compiled = load_compiled(source.path);
    if (!compiled) return compiled.error();
    if (*compiled)
      return base::invalid_input("is compiled already; compile takes an eBPF object", source.path);
  }
  return compile_program(source, target);
}

Result<Input> load_dump(const std::string& path) {
  Result<std::string> contents = read_file(path);
  if (!contents) return contents.error();
  if (looks_like_words(*contents)) return load_words(*contents, path);
  constexpr size_t kWordBytes = sizeof(fpc::Word);
  if (contents->empty() || contents->size() % kWordBytes != 0) {
    return base::invalid_input(
        fmt::format("has {} bytes, a dump has 8 for each word", contents->size()), path);
  }
  std::vector<fpc::Word> words(contents->size() / kWordBytes);
  for (size_t at = 0; at < words.size(); ++at) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(contents->data()) + at * kWordBytes;
    words[at] = base::load_le<fpc::Word>(bytes);
  }
  return input_of_words(words, path);
}

Result<Input> load_input(const ProgramSource& source, const offload::Target& target) {
  if (!source.path.empty()) {
    Result<std::optional<Input>> compiled = load_compiled(source.path);
    if (!compiled) return compiled.error();
    if (*compiled) return std::move(**compiled);
  }
  Result<offload::Compilation> compiled = compile_program(source, target);
  if (!compiled) return compiled.error();
  return Input{InputKind::kObject, std::move(compiled->image), false};
}

}  // namespace cli
