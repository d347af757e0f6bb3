// The card in SystemC: a host, PCIe and the card as modules with TLM-2.0 sockets; the card's events run in quanta.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/nic.h"

#include <fmt/format.h>
#include <tlm.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdlib>
#include <systemc>

#include "base/bits.h"
#include "nic-model/card.h"
#include "nic-model/host_window.h"

// SystemC's library asks for it; programs have their own main and start the kernel through Nic.
int sc_main(int, char**) { return 0; }

namespace nic {
namespace {

using base::Result;

constexpr uint64_t kQuantumPs = 100'000'000;  // between two activations of the card's process

sc_core::sc_time picoseconds(uint64_t count) { return sc_core::sc_time::from_value(count); }

// The host's side of the bus.
struct Host : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Host> bus{"bus"};

  explicit Host(const sc_core::sc_module_name& module_name) : sc_module(module_name) {}

  // False: the card refuses the access.
  bool write(uint64_t offset, std::vector<uint8_t>& bytes) {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(offset);
    payload.set_data_ptr(bytes.data());
    payload.set_data_length(static_cast<unsigned>(bytes.size()));
    payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
    bus->b_transport(payload, delay_);
    return payload.is_response_ok();
  }

  // Lets the time pass that the accesses so far have taken.
  void catch_up() {
    sc_core::sc_start(delay_);
    forget_delay();
  }
  void forget_delay() { delay_ = sc_core::SC_ZERO_TIME; }

  bool write(HostRegister where, uint64_t value) {
    std::vector<uint8_t> bytes(sizeof value);
    base::store_le(bytes.data(), value);
    return write(static_cast<uint64_t>(where), bytes);
  }

 private:
  sc_core::sc_time delay_;
};

// Adds the time of a PCIe transfer: the card fetches what the host writes.
struct Pcie : sc_core::sc_module {
  tlm_utils::simple_target_socket<Pcie> host{"host"};
  tlm_utils::simple_initiator_socket<Pcie> device{"device"};

  Pcie(const sc_core::sc_module_name& module_name, const HostQueues& timing)
      : sc_module(module_name), timing_(timing) {
    host.register_b_transport(this, &Pcie::transport);
  }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += picoseconds(timing_.read_latency_ps(payload.get_data_length()));
    device->b_transport(payload, delay);
  }

  const HostQueues& timing_;
};

// The card's control window, and the process that advances the event wheel.
struct Device : sc_core::sc_module {
  tlm_utils::simple_target_socket<Device> window{"window"};

  SC_HAS_PROCESS(Device);
  Device(const sc_core::sc_module_name& module_name, Card& card)
      : sc_module(module_name), card_(card), store_bytes_(kStoreWindowBytes) {
    window.register_b_transport(this, &Device::transport);
    SC_METHOD(advance);
    sensitive << go_;
    dont_initialize();
  }

  void start(const Hooks& hooks) {
    hooks_ = &hooks;
    outcome_ = {};
    started_ = sc_core::sc_time_stamp();
    go_.notify(sc_core::SC_ZERO_TIME);
  }

  const Result<void>& outcome() const { return outcome_; }  // of the run
  const Result<void>& load_outcome() const { return load_outcome_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    const uint64_t offset = payload.get_address();
    const std::span<const uint8_t> data(payload.get_data_ptr(), payload.get_data_length());
    if (!payload.is_write()) return;
    if (offset >= kStoreWindow && offset + data.size() <= kStoreWindow + kStoreWindowBytes) {
      std::copy(data.begin(), data.end(),
                store_bytes_.begin() + static_cast<std::ptrdiff_t>(offset - kStoreWindow));
    } else if (data.size() != sizeof(uint64_t) ||
               !write_register(offset, base::load_le<uint64_t>(data.data()), delay)) {
      return;
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  bool write_register(uint64_t offset, uint64_t value, const sc_core::sc_time& delay) {
    switch (static_cast<HostRegister>(offset)) {
      case HostRegister::kEntry:
        store_.entry = static_cast<unsigned>(value);
        return true;
      case HostRegister::kProgramStart:
        store_.program_start = static_cast<unsigned>(value);
        return true;
      case HostRegister::kDispatchCycles:
        store_.dispatch_cycles = static_cast<unsigned>(value);
        return true;
      case HostRegister::kStart:
        if (value > fpc::kStoreWords) return false;
        store_.words.resize(value);
        for (size_t i = 0; i < value; ++i) {
          store_.words[i] = base::load_le<uint64_t>(store_bytes_.data() + 8 * i);
        }
        load_outcome_ =
            card_.is_running() ? card_.reload(store_, delay.value()) : card_.load(store_);
        return load_outcome_.has_value();
    }
    return false;
  }

  // Handles the events of one quantum, then sleeps until the quantum of the next one.
  void advance() {
    const sc_core::sc_time elapsed = sc_core::sc_time_stamp() - started_;
    const uint64_t limit_ps = elapsed.value() + kQuantumPs;
    Result<bool> more = card_.advance(card_.cycles_of(limit_ps));
    if (!more) {
      outcome_ = more.error();
      return;
    }
    if (hooks_->progress) hooks_->progress(card_.progress());
    if (!*more) return;
    const uint64_t next_ps = card_.time_of(card_.next_event_cycles());
    const uint64_t quanta = (next_ps - elapsed.value()) / kQuantumPs;
    next_trigger(picoseconds((quanta == 0 ? 1 : quanta) * kQuantumPs));
  }

  Card& card_;
  sc_core::sc_event go_;
  sc_core::sc_time started_;
  const Hooks* hooks_ = nullptr;
  Result<void> outcome_, load_outcome_;
  std::vector<uint8_t> store_bytes_;
  firmware::LinkedStore store_;
};

struct Board {
  Host host{"host"};
  Pcie pcie;
  Device device;

  explicit Board(Card& card) : pcie("pcie", card.pcie()), device("device", card) {
    host.bus.bind(pcie.host);
    pcie.device.bind(device.window);
  }
};

base::Error systemc_error(const sc_core::sc_report& report) {
  return base::unsupported(fmt::format("SystemC: {}", report.get_msg()));
}

}  // namespace

struct Nic::Impl {
  Impl(const Config& config, uint64_t seed, const fpc::EngineChoice& engine)
      : card(config, seed, engine) {}

  // Builds the modules and lets SystemC elaborate them, once.
  Result<void> power_on() {
    if (board) return {};
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    board = std::make_unique<Board>(card);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    return {};
  }

  Result<void> load(const firmware::LinkedStore& store) {
    if (store.words.size() > fpc::kStoreWords) {
      return base::out_of_range(fmt::format("the store has {} words, allowed are {}",
                                            store.words.size(), fpc::kStoreWords));
    }
    std::vector<uint8_t> bytes(store.words.size() * 8);
    for (size_t i = 0; i < store.words.size(); ++i) {
      base::store_le(bytes.data() + 8 * i, store.words[i]);
    }
    Host& host = board->host;
    const bool is_started = host.write(kStoreWindow, bytes) &&
                            host.write(HostRegister::kEntry, store.entry) &&
                            host.write(HostRegister::kProgramStart, store.program_start) &&
                            host.write(HostRegister::kDispatchCycles, store.dispatch_cycles) &&
                            host.write(HostRegister::kStart, store.words.size());
    if (card.is_running()) {
      host.forget_delay();  // the card has it: the store arrives so much later
    } else {
      host.catch_up();
    }
    const Result<void>& outcome = board->device.load_outcome();
    if (!outcome || is_started) return outcome;
    return base::unsupported("the card refuses an access to its control window");
  }

  Result<Report> run(PacketSource& source, const Limits& limits, const Hooks& hooks) {
    if (auto begun = card.begin(source, limits, hooks); !begun) return begun.error();
    board->device.start(hooks);
    sc_core::sc_start();  // returns when the card has nothing left to do
    if (!board->device.outcome()) return board->device.outcome().error();
    return card.finish();
  }

  Card card;
  std::unique_ptr<Board> board;
};

LineRate line_rate(const Config& config) {
  // More than the cores can take, for cards whose ports have no limit.
  const double saturating = static_cast<double>(config.workers) *
                            static_cast<double>(config.clock_hz) /
                            std::max(1u, config.datapath_cycles());
  return {config.ports, config.port_bps, saturating};
}

Nic::Nic(const Config& config, uint64_t seed, const fpc::EngineChoice& engine)
    : impl_(std::make_unique<Impl>(config, seed, engine)) {}
Nic::~Nic() = default;

Result<void> Nic::load(const firmware::LinkedStore& store) {
  try {
    if (auto on = impl_->power_on(); !on) return on;
    return impl_->load(store);
  } catch (const sc_core::sc_report& report) {
    return systemc_error(report);
  }
}

fpc::ByteStore& Nic::memory() { return impl_->card.memory(); }

Result<Report> Nic::run(PacketSource& source, const Limits& limits, const Hooks& hooks) {
  try {
    if (auto on = impl_->power_on(); !on) return on.error();
    return impl_->run(source, limits, hooks);
  } catch (const sc_core::sc_report& report) {
    return systemc_error(report);
  }
}

}  // namespace nic
