// One instruction's text to an instruction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "fpc/assembler_names.h"
#include "fpc/insn.h"
#include "fpc/statement.h"
#include "fpc/statement_reader.h"

namespace fpc {

base::Result<Insn> assemble_insn(const Statement& statement, const AssemblerNames& names);

// Its parts, one file each. They report through the reader.
// False: the word is none of that part's.
bool read_command(StatementReader& reader, Insn& insn);
void read_modifiers(StatementReader& reader, Insn& insn);
void read_immediate(StatementReader& reader, Insn& insn);

}  // namespace fpc
