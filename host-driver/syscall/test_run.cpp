// BPF_PROG_TEST_RUN: on the device, or in the reference interpreter with the host's maps.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/test_run.h"

#include <algorithm>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core.h"
#include "host-driver/syscall/call.h"
#include "offload-compiler/ebpf/interpreter.h"

namespace host {

namespace {

constexpr uint32_t kMinPacket = 14, kMaxPacket = 65535, kMaxRepeat = 1'000'000;

// The maps' locks, in the order of their addresses, held while the program runs.
class MapLocks {
 public:
  explicit MapLocks(std::vector<MapRef> maps) : maps_(std::move(maps)) {
    std::ranges::sort(maps_);
    for (const MapRef& map : maps_) map->lock.lock();
  }
  ~MapLocks() {
    for (const MapRef& map : maps_) map->lock.unlock();
  }
  MapLocks(const MapLocks&) = delete;
  MapLocks& operator=(const MapLocks&) = delete;

 private:
  std::vector<MapRef> maps_;
};

int run_on_host(const Call& call, const bpf_prog& prog, TestRun* run) {
  std::vector<std::shared_ptr<ebpf::Map>> maps;
  for (const MapRef& map : prog.aux->used_maps) maps.push_back(map->host);
  base::Result<ebpf::Interpreter> interpreter = ebpf::Interpreter::create(prog.program, maps);
  if (!interpreter) {
    call.explain(interpreter.error().message);
    return -EINVAL;
  }
  const MapLocks locks(prog.aux->used_maps);
  const std::vector<uint8_t> packet = run->packet;
  uint64_t steps = 0;
  for (uint32_t i = 0; i < run->repeat; ++i) {
    base::Result<ebpf::Outcome> outcome = interpreter->run(packet);
    if (!outcome) {
      call.explain(outcome.error().message);
      return -EINVAL;
    }
    run->verdict = outcome->verdict;
    run->packet = std::move(outcome->packet);
    steps += outcome->steps;
  }
  run->duration_ns = static_cast<uint32_t>(steps / run->repeat);
  return 0;
}

int check(const Call& call) {
  const auto& test = call.attr.test;
  if ((test.ctx_size_in != 0) != (test.ctx_in != 0)) return -EINVAL;
  if ((test.ctx_size_out != 0) != (test.ctx_out != 0)) return -EINVAL;
  if (test.flags != 0 || test.cpu != 0 || test.batch_size != 0) return -EINVAL;
  if (test.ctx_in != 0) {
    call.explain("PROG_TEST_RUN takes a packet and no context here");
    return -EINVAL;
  }
  if (test.data_size_in < kMinPacket || test.data_size_in > kMaxPacket) return -EINVAL;
  return test.repeat > kMaxRepeat ? -EINVAL : 0;
}

// As much of the packet as the caller has room for, or takes without saying how much.
long tell(Call& call, const TestRun& run) {
  auto& test = call.attr.test;
  const auto bytes = static_cast<uint32_t>(run.packet.size());
  const bool is_cut = test.data_size_out != 0 && test.data_size_out < bytes;
  const uint32_t copied = is_cut ? test.data_size_out : bytes;
  if (test.data_out != 0 && !call.write(test.data_out, std::span(run.packet).first(copied)))
    return -EFAULT;
  test.data_size_out = bytes;
  test.retval = run.verdict;
  test.duration = run.duration_ns;
  if (!call.answer(test.data_size_out) || !call.answer(test.retval) || !call.answer(test.duration))
    return -EFAULT;
  return is_cut ? -ENOSPC : 0;
}

}  // namespace

long prog_test_run(Call& call) {
  ProgRef prog;
  if (const int error = call.get(call.attr.test.prog_fd, &prog); error != 0) return error;
  const bool is_bound = bpf_prog_is_dev_bound(prog->aux.get());
  if (is_bound && call.is_strict()) return -kNotSupported;
  if (const int error = check(call); error != 0) return error;
  auto packet = call.read(call.attr.test.data_in, call.attr.test.data_size_in);
  if (!packet) return -EFAULT;
  TestRun run{std::move(*packet), std::max(call.attr.test.repeat, 1u)};
  const int error =
      is_bound ? bpf_prog_offload_test_run(prog.get(), &run) : run_on_host(call, *prog, &run);
  return error != 0 ? error : tell(call, run);
}

}  // namespace host
