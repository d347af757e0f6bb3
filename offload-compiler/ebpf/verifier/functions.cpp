// Global functions: arguments by BTF, calls, returns.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/functions.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "offload-compiler/ebpf/verifier/helpers.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/memory.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/prototypes.h"

namespace ebpf {

namespace {

using Kind = FunctionArg::Kind;

constexpr size_t kMaxArguments = 5;

bool too_many_arguments(Env& env, const FunctionInfo& function) {
  return env.reject(fmt::format("global function {}() has {} arguments, at most {} are allowed",
                                function.name, function.args.size(), kMaxArguments));
}

// A pointer that may be null counts as one that is not: the function checks.
bool check_memory_argument(Env& env, unsigned number, uint32_t bytes) {
  Reg& reg = env.reg(number);
  if (reg.is_null_constant()) return true;
  const Reg original = reg;
  if (reg.type == RegType::kMapValueOrNull) reg.type = RegType::kMapValue;
  if (reg.type == RegType::kMemoryOrNull) reg.type = RegType::kMemory;
  const bool ok = argument_buffer(env, number, bytes);
  env.reg(number).type = original.type;
  return ok;
}

bool check_argument(Env& env, const FunctionInfo& function, size_t index) {
  const auto number = static_cast<unsigned>(index + 1);
  if (!read_operand(env, number)) return false;
  const Reg& reg = env.reg(number);
  switch (function.args[index].kind) {
    case Kind::kScalar:
      return reg.is_scalar() ||
             env.reject(fmt::format("R{} is not a scalar, as global function {}() wants it", number,
                                    function.name));
    case Kind::kContext:
      if (reg.type == RegType::kCtx) return unmodified_pointer(env, number);
      return env.reject(
          fmt::format("arg#{} of global function {}() expected pointer to ctx, but got {}", index,
                      function.name, to_string(reg.type)));
    case Kind::kMemory:
      return check_memory_argument(env, number, function.args[index].bytes);
    default:
      return env.reject(fmt::format(
          "arg#{} of global function {}() has a type that is not supported", index, function.name));
  }
}

// Whether the subprogram or one that it calls may move the packet.
bool moves_packet(const Env& env, uint32_t subprogram, std::vector<bool>& seen) {
  if (seen[subprogram]) return false;
  seen[subprogram] = true;
  const auto count = static_cast<uint32_t>(env.program.insns.size());
  for (uint32_t i = env.layout.starts[subprogram]; i < env.layout.end_of(subprogram, count); ++i) {
    const Insn& insn = env.program.insns[i];
    if (is_subprogram_call(insn) || is_callback_load(insn)) {
      const auto start = static_cast<uint32_t>(callee_start(env.program, i));
      if (moves_packet(env, env.layout.subprogram_of(start), seen)) return true;
    } else if (insn.opcode == (BPF_JMP | BPF_CALL)) {
      const Prototype* helper = find_prototype(insn.imm, env.program.type);
      const bool moves = helper != nullptr && (helper->flags & kMovesPacket) != 0;
      if (moves || insn.imm == BPF_FUNC_tail_call) return true;
    }
  }
  return false;
}

}  // namespace

const FunctionInfo* function_of(const Env& env, uint32_t subprogram) {
  for (const FunctionInfo& function : env.program.functions) {
    if (function.insn == env.layout.starts[subprogram]) return &function;
  }
  return nullptr;
}

std::vector<uint32_t> global_functions(const Env& env) {
  std::vector<uint32_t> out;
  for (uint32_t i = 1; i < env.layout.starts.size(); ++i) {
    const FunctionInfo* function = function_of(env, i);
    if (function != nullptr && function->is_global) out.push_back(i);
  }
  return out;
}

bool set_up_function(Env& env, uint32_t subprogram) {
  const FunctionInfo& function = *function_of(env, subprogram);
  if (function.args.size() > kMaxArguments) return too_many_arguments(env, function);
  for (size_t i = 0; i < function.args.size(); ++i) {
    Reg& reg = env.reg(static_cast<unsigned>(i + 1));
    switch (function.args[i].kind) {
      case Kind::kScalar:
        reg.set_unknown();
        break;
      case Kind::kContext:
        reg.set_pointer(RegType::kCtx);
        break;
      case Kind::kMemory:
        reg.set_pointer(RegType::kMemoryOrNull);
        reg.target = function.args[i].bytes;
        reg.id = env.new_id();
        break;
      default:
        return env.reject(fmt::format(
            "arg#{} of global function {}() has a type that is not supported", i, function.name));
    }
  }
  return true;
}

bool call_global_function(Env& env, uint32_t subprogram) {
  const FunctionInfo& function = *function_of(env, subprogram);
  if (function.args.size() > kMaxArguments) return too_many_arguments(env, function);
  for (size_t i = 0; i < function.args.size(); ++i) {
    if (!check_argument(env, function, i)) return false;
  }
  clobber_caller_saved(env);
  env.reg(0).set_unknown();
  std::vector<bool> seen(env.layout.starts.size());
  if (moves_packet(env, subprogram, seen)) invalidate_packet_pointers(env.values, env.current);
  env.next = env.insn + 1;
  return true;
}

bool leave_global_function(Env& env) {
  if (!read_operand(env, 0)) return false;
  if (env.reg(0).is_scalar()) return true;
  return env.reject(fmt::format("at subprogram exit the register R0 is not a scalar value ({})",
                                to_string(env.reg(0).type)));
}

}  // namespace ebpf
