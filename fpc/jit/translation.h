// The x86-64 code of one control store: traces by address, made when first asked for, shared by all cores that run the store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "fpc/code_store.h"
#include "fpc/interpreter_p.h"
#include "fpc/jit/trace.h"

namespace fpc::jit {

// Why translated code came back, and the address that goes with it.
enum class Return : uint32_t {
  kGoOn,         // no trace begins at the address yet
  kInterpret,    // the word at the address is the interpreter's
  kCommand,      // Machine::command is filled but for its slot; the context goes on at the address
  kSwapCommand,  // the same, and sleeps
  kIndirectCommand,  // of the command only the address is filled; the word at the address says the rest
};

class Translation {
 public:
  // nullptr where the host is not x86-64 or refuses executable memory.
  static std::shared_ptr<Translation> create(const CodeStore::Decoded& code);
  ~Translation();

  // Whether a trace begins at `address`; makes it when it has not been tried.
  bool has_trace(unsigned address) {
    return entries_[address] != epilogue_ || (!tried_[address] && translate(address));
  }

  struct Result {
    Return how;
    uint32_t address;
  };
  // Runs from the trace at `address` on. `machine.instructions` and `machine.remaining` are read and updated.
  Result run(Machine& machine, unsigned address) {
    const uint64_t result = enter_(&machine, machine.slot, entries_[address], entries_.data());
    return {static_cast<Return>(result >> 32), static_cast<uint32_t>(result)};
  }

  size_t code_bytes() const;
  unsigned untranslated() const { return untranslated_; }  // traces that no memory was left for

 private:
  struct Memory;
  using Enter = uint64_t (*)(Machine*, Slot*, const void* trace, const void* const* table);
  Translation(const CodeStore::Decoded& code, std::unique_ptr<Memory> memory);
  bool translate(unsigned address);
  bool place(const Trace& trace, unsigned address);

  const CodeStore::Decoded& code_;
  std::unique_ptr<Memory> memory_;
  Enter enter_;
  const void* epilogue_;
  std::array<const void*, kStoreWords + 1> entries_{};  // the way out where there is no trace
  std::array<bool, kStoreWords + 1> tried_{};
  unsigned untranslated_ = 0;
};

}  // namespace fpc::jit
