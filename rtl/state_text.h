// Words, stops, commands and registers as text, for reports of differences.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fpc/core.h"
#include "rtl/rtl_core.h"

namespace fpc {
struct Machine;
}

namespace rtl {

std::string flags_text(fpc::Flags flags);  // "n c", "none"
std::string step_text(const fpc::Step& step);
std::string fault_text(const fpc::Fault& fault);
std::string command_text(const fpc::MemoryCommand& command);
std::string word_text(const Retired& word);
std::string destination_text(const Retired& word);
std::string state_text(const fpc::ContextState& state);

// "a3 is 0x5, the interpreter has 0x4", of the first register that differs.
std::string first_difference(const fpc::ContextState& law, const fpc::ContextState& rtl);

// The law's register that the word wrote to, or nullptr.
const uint32_t* written_register(const fpc::Machine& law, const Retired& word);

}  // namespace rtl
