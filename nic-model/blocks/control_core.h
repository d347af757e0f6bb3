// The FPC that serves control messages: no worker, but the same core on the same memories, with firmware of its own.
// SPDX-License-Identifier: Apache-2.0
//
// It stands in the first island, whose CTM holds a buffer for each of its contexts. A message in service counts as a packet in
// the service window, so that no map entry that it may read is used again. A fault restarts the core; the messages that it had
// are lost, as a driver notices by its time-out.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/code_store.h"
#include "fpc/core.h"
#include "fpc/engine.h"
#include "fpc/firmware/microcode.h"
#include "nic-model/blocks/event_wheel.h"
#include "nic-model/blocks/fault_log.h"
#include "nic-model/blocks/memory_system.h"
#include "nic-model/blocks/ring.h"
#include "nic-model/blocks/service_window.h"
#include "nic-model/blocks/table_service.h"
#include "nic-model/config.h"

namespace nic {

// kMessage: a message has been fetched; kUpdate: an update of the card's registers is through.
enum class ControlEvent : uint32_t { kRun, kCommand, kFault, kSignal, kMessage, kUpdate };

class ControlCore {
 public:
  using Reply = std::function<void(uint64_t now_cycles, std::span<const uint8_t> bytes)>;

  // The references must outlive the core.
  ControlCore(const Config& config, EventWheel& wheel, MemorySystem& memory, ServiceWindow& window,
              fpc::Engine engine);

  base::Result<void> start(const firmware::Microcode& firmware, uint64_t seed, Reply reply);

  // At most firmware::control::kBufferBytes. It waits when no context is free.
  void receive(std::vector<uint8_t> message, uint64_t now_cycles);
  size_t waiting() const { return messages_.size(); }

  void handle(const Event& event);  // of EventKind::kControl, kRun to kSignal

  const TableService& tables() const { return service_; }
  TableService& tables() { return service_; }
  const FaultLog& faults() const { return faults_; }
  // Where in EMEM the last request read last: the entry that it looked up.
  std::optional<uint64_t> last_read() const { return last_read_; }
  uint64_t busy_cycles() const { return busy_cycles_; }

 private:
  struct Context {
    uint64_t service_number = 0;  // 0: no message
    uint64_t since_cycles = 0;
    uint8_t xfer = 0;
    uint16_t signal_mask = 0;
    bool waits = false;  // for a message
    TableService::Answer answer;
    uint64_t answer_cycles = 0;
  };

  void run(uint64_t now);
  void go_on(uint64_t now, uint64_t hold_cycles);
  void execute(uint64_t now);
  bool perform(const fpc::MemoryCommand& command, uint64_t now, uint64_t& signal, uint64_t& hold);
  bool perform_register(const fpc::MemoryCommand& command, uint64_t now, uint64_t& signal);
  bool ask_tables(const fpc::MemoryCommand& command, uint64_t now);
  bool read_answer(const fpc::MemoryCommand& command, uint64_t& signal);
  bool send_reply(const fpc::MemoryCommand& command, uint64_t now);
  void hand_over(unsigned slot, uint64_t now);
  void restart(uint64_t now);
  void schedule(uint64_t time, ControlEvent what, uint32_t detail = 0) {
    wheel_.schedule(time, EventKind::kControl, static_cast<uint32_t>(what), detail);
  }

  const Config config_;
  EventWheel& wheel_;
  MemorySystem& memory_;
  ServiceWindow& window_;
  TableService service_;
  std::unique_ptr<fpc::Core> core_;
  std::optional<fpc::CodeStore> code_;
  uint16_t entry_ = 0;
  uint64_t seed_ = 0;
  Reply reply_;
  std::array<Context, fpc::kSlots> contexts_;
  Ring<std::vector<uint8_t>> messages_;
  fpc::ByteStore io_;
  fpc::Fault fault_;
  std::string fault_detail_;
  FaultLog faults_;
  std::optional<uint64_t> last_read_;
  uint64_t last_command_cycles_ = 0;
  uint64_t busy_cycles_ = 0;
  uint8_t generation_ = 0;
  bool is_idle_ = false;
};

}  // namespace nic
