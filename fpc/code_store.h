// The control store of a core, decoded once and shared by all cores that run the same words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "fpc/core.h"
#include "fpc/insn.h"

namespace fpc {

constexpr size_t kTranslationBytes = size_t{64} << 20;

class CodeStore {
 public:
  // `words` with ECC, at most kStoreWords, placed from address 0. A correctable ECC error is corrected and counted, an
  // uncorrectable one or an illegal word faults when it is executed, not here (control stores hold junk outside the code).
  static base::Result<CodeStore> create(std::span<const Word> words);

  // A copy whose word at `address` has gone wrong in these bits. Nothing translated goes with it.
  CodeStore flipped(unsigned address, Word bits) const;

  ~CodeStore();
  CodeStore(CodeStore&&) noexcept;
  CodeStore& operator=(CodeStore&&) noexcept;

  unsigned size() const;
  Word word(unsigned address) const;  // as loaded
  unsigned corrected_words() const;

  // Engines that translate the store stop at so many bytes of code and interpret the rest. Before the first core has it.
  void limit_translation(size_t bytes);
  // Places where the code would go on translated, but there was no memory for it; depends on the host.
  unsigned untranslated() const;

  struct Decoded;  // private to the engines: fpc/interpreter_p.h
  const Decoded& decoded() const { return *decoded_; }

 private:
  explicit CodeStore(std::unique_ptr<Decoded> decoded);
  std::unique_ptr<Decoded> decoded_;
};

}  // namespace fpc
