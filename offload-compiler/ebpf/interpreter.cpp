// Runs decoded programs on packets: sets the machine up, steps it and reports the outcome.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/interpreter.h"

#include <fmt/format.h>

#include "offload-compiler/ebpf/machine.h"

namespace ebpf {
namespace {

base::Result<void> check_maps(const Program& program,
                              const std::vector<std::shared_ptr<Map>>& maps) {
  if (maps.size() != program.maps.size() || maps.size() > AddressSpace::kMaxMaps) {
    return base::invalid_input(
        fmt::format("{} maps given, the program has {} and at most {} are allowed", maps.size(),
                    program.maps.size(), AddressSpace::kMaxMaps));
  }
  return {};
}

base::Result<void> check_options(const InterpreterOptions& options) {
  constexpr uint32_t kMaxRoom = 1u << 20;
  if (options.packet_offset <= kMaxRoom && options.tailroom <= kMaxRoom) return {};
  return base::out_of_range(
      fmt::format("packet offset {} and tailroom {}, allowed are up to {} bytes",
                  options.packet_offset, options.tailroom, kMaxRoom));
}

}  // namespace

struct Interpreter::Impl {
  Impl(const Program& program, std::vector<std::shared_ptr<Map>> maps, InterpreterOptions options,
       std::vector<Step> s)
      : machine(program.type, std::move(maps), std::move(options)), steps(std::move(s)) {}

  void reset(const std::vector<uint8_t>& packet) {
    machine.regs.fill(0);
    machine.regs[1] = AddressSpace::context_address();
    machine.regs[10] = AddressSpace::frame_pointer(0);
    machine.memory.enter_frame(0);
    machine.memory.set_packet(packet, machine.options.packet_offset, machine.options.tailroom);
    machine.steps = 0;
    machine.depth = 0;
    machine.outcome = {};
    machine.error.reset();
  }

  // Returns the step that the run ended in.
  const Step* execute() {
    const Step* step = steps.data();
    for (;;) {
      if (machine.steps == machine.options.max_steps) {
        machine.error = base::out_of_range(
            fmt::format("still running after {} instructions, the limit", machine.steps));
        return step;
      }
      ++machine.steps;
      const Step* next = step->run(machine, step);
      if (next == nullptr) return step;
      step = next;
    }
  }

  Machine machine;
  std::vector<Step> steps;
};

base::Result<Interpreter> Interpreter::create(const Program& program,
                                              std::vector<std::shared_ptr<Map>> maps,
                                              InterpreterOptions options) {
  if (auto checked = check_maps(program, maps); !checked) return checked.error();
  if (auto checked = check_options(options); !checked) return checked.error();
  auto steps = decode_steps(program);
  if (!steps) return steps.error();
  return Interpreter(
      std::make_unique<Impl>(program, std::move(maps), std::move(options), std::move(*steps)));
}

Interpreter::Interpreter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Interpreter::~Interpreter() = default;
Interpreter::Interpreter(Interpreter&&) noexcept = default;

base::Result<Outcome> Interpreter::run(const std::vector<uint8_t>& packet) {
  constexpr size_t kMaxPacketBytes = 1u << 20;
  if (packet.size() > kMaxPacketBytes) {
    return base::out_of_range(
        fmt::format("packet of {} bytes, allowed are up to {}", packet.size(), kMaxPacketBytes));
  }
  Machine& machine = impl_->machine;
  impl_->reset(packet);
  const Step* last = impl_->execute();
  if (machine.error) {
    base::Error error = *machine.error;
    error.message = fmt::format("insn {}: {}", last - impl_->steps.data(), error.message);
    return error;
  }
  machine.outcome.packet = machine.memory.packet();
  machine.outcome.steps = machine.steps;
  return std::move(machine.outcome);
}

}  // namespace ebpf
