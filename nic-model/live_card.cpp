// Time, messages both ways, and packets of a card that lives on.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/live_card.h"

#include <algorithm>
#include <cmath>

#include "base/bits.h"
#include "fpc/firmware/capability_tlv.h"

namespace nic {
namespace {

namespace control = firmware::control;
using base::Result;

constexpr size_t kMostPending = 65536;  // messages that a host leaves lying
constexpr uint64_t kLeastStepPs = 100'000;

uint64_t picoseconds(double nanoseconds) {
  return static_cast<uint64_t>(std::llround(nanoseconds * 1000));
}

}  // namespace

LiveCard::LiveCard(const Config& config, const firmware::Capability& capability, uint64_t seed,
                   const fpc::EngineChoice& engine)
    : config_(config),
      capability_(capability),
      no_packets_(from_frames({})),
      card_(config, seed, engine),
      control_(config, card_.wheel(), card_.memories(), card_.window(), engine.engine),
      registers_(bar::kBytes) {}

Result<std::unique_ptr<LiveCard>> LiveCard::power_on(const Config& config,
                                                     const firmware::Capability& capability,
                                                     uint64_t seed,
                                                     const fpc::EngineChoice& engine) {
  std::unique_ptr<LiveCard> card(new LiveCard(config, capability, seed, engine));
  if (Result<void> started = card->start(seed); !started) return started.error();
  return card;
}

Result<void> LiveCard::start(uint64_t seed) {
  Result<firmware::ResidentFirmware> resident = firmware::resident_firmware(capability_);
  if (!resident) return resident.error();
  resident_ = std::move(*resident);
  Result<firmware::LinkedStore> store =
      firmware::link_resident(resident_, capability_.start, firmware::pass_through(capability_));
  if (!store) return store.error();
  if (Result<void> loaded = card_.load(*store); !loaded) return loaded;
  hooks_.event = [this](const ProgramEvent& event) { take_event(event); };
  if (Result<void> begun = card_.begin(no_packets_, {}, hooks_); !begun) return begun;
  card_.set_control([this](const Event& event) { handle(event); });
  const Result<firmware::Microcode> microcode =
      control::assemble_firmware(control::slots_of(capability_));
  if (!microcode) return microcode.error();
  fill_registers();
  capability_bytes_ = firmware::capability_tlvs(capability_, resident_.helpers);
  return control_.start(*microcode, seed, [this](uint64_t now, std::span<const uint8_t> bytes) {
    take_reply(now, bytes);
  });
}

void LiveCard::on_departure(std::function<void(const Departure&)> hook) {
  hooks_.departure = std::move(hook);
}

Result<void> LiveCard::attach(PacketSource& source, const Limits& limits) {
  return card_.attach(source, limits, now_ps_);
}

void LiveCard::detach() { static_cast<void>(attach(no_packets_, {}).has_value()); }

Result<void> LiveCard::trouble() const { return trouble_; }

Report LiveCard::finish() {
  take_trouble(card_.advance(~uint64_t{0}));
  return card_.finish();
}

void LiveCard::schedule(uint64_t time_ps, ControlEvent what) {
  const uint64_t cycles = std::max(card_.cycles_of(time_ps), card_.wheel().now());
  card_.wheel().schedule(cycles, EventKind::kControl, static_cast<uint32_t>(what));
}

void LiveCard::handle(const Event& event) {
  switch (static_cast<ControlEvent>(event.subject)) {
    case ControlEvent::kMessage:
      control_.receive(std::move(posted_.front()), event.time_cycles);
      posted_.pop_front();
      return;
    case ControlEvent::kUpdate:
      return end_update();
    default:
      control_.handle(event);
  }
}

void LiveCard::take_trouble(const Result<bool>& more) {
  if (!more && trouble_) trouble_ = more.error();
}

// Everything up to `time_ps`, inclusive.
void LiveCard::advance(uint64_t time_ps) {
  take_trouble(card_.advance(card_.cycles_of(time_ps + 1)));
  now_ps_ = std::max(now_ps_, time_ps);
}

void LiveCard::run_until(uint64_t time_ps) { advance(time_ps); }

// In steps so short that no message can be sent and seen by the host within one.
void LiveCard::wait(uint64_t time_ps) {
  const uint64_t step_ps = std::max(
      kLeastStepPs, card_.host().write_latency_ps(0) +
                        picoseconds(config_.control_dispatch_ns + config_.host_interrupt_ns));
  while (now_ps_ < time_ps) {
    const uint64_t until_ps =
        inbox_.empty() ? time_ps : std::clamp(inbox_.begin()->first, now_ps_, time_ps);
    if (card_.wheel().empty() || card_.time_of(card_.next_event_cycles()) > until_ps) {
      now_ps_ = until_ps;
    } else {
      const uint64_t next_ps = card_.time_of(card_.next_event_cycles());
      advance(std::min(until_ps, std::max(now_ps_, next_ps) + step_ps));
    }
    if (!inbox_.empty() && inbox_.begin()->first <= now_ps_) return;
  }
}

// Doorbell, then the card's reads of descriptor and message, then the cores in front of the control core.
bool LiveCard::post(std::span<const uint8_t> message) {
  const size_t on_the_way = posted_.size() + control_.waiting();
  if (message.size() > control_mtu() || on_the_way >= config_.control_queue_messages) return false;
  HostQueues& host = card_.host();
  const uint64_t ready_ps = host.fetch(now_ps_ + host.doorbell_ps(), message.size()) +
                            picoseconds(config_.control_dispatch_ns);
  last_fetch_ps_ = std::max(last_fetch_ps_, ready_ps);
  posted_.emplace_back(message.begin(), message.end());
  schedule(last_fetch_ps_, ControlEvent::kMessage);
  return true;
}

void LiveCard::take_reply(uint64_t now_cycles, std::span<const uint8_t> bytes) {
  const uint64_t sent_ps = card_.time_of(now_cycles) + picoseconds(config_.control_dispatch_ns);
  const uint64_t seen_ps = card_.host().write_to_host(sent_ps, kDescriptorBytes + bytes.size());
  // An interrupt, unless the handler still runs.
  const uint64_t begin_ps = seen_ps <= handler_free_ps_
                                ? handler_free_ps_
                                : seen_ps + picoseconds(config_.host_interrupt_ns);
  handler_free_ps_ = begin_ps + picoseconds(config_.host_control_message_ns);
  deliver(handler_free_ps_, {{bytes.begin(), bytes.end()}, true});
}

void LiveCard::take_event(const ProgramEvent& event) {
  const size_t packet_room = base::round_up(event.packet.size(), 4);
  std::vector<uint8_t> bytes(control::kEventBytes + packet_room + event.data.size());
  bytes[0] = static_cast<uint8_t>(control::Type::kEvent);
  bytes[1] = control::kVersion;
  base::store_be<uint32_t>(&bytes[4], event.queue);
  base::store_be<uint64_t>(&bytes[8], event.map_id);
  base::store_be<uint32_t>(&bytes[16], static_cast<uint32_t>(event.data.size()));
  base::store_be<uint32_t>(&bytes[20], static_cast<uint32_t>(event.packet.size()));
  std::ranges::copy(event.packet, bytes.begin() + control::kEventBytes);
  std::ranges::copy(
      event.data, bytes.begin() + static_cast<std::ptrdiff_t>(control::kEventBytes + packet_room));
  deliver(event.time_ps + picoseconds(config_.host_interrupt_ns), {std::move(bytes), false});
}

void LiveCard::deliver(uint64_t ready_ps, HostMessage message) {
  if (inbox_.size() >= kMostPending) {
    ++events_lost_;
    return;
  }
  inbox_.emplace(ready_ps, std::move(message));
}

std::optional<HostMessage> LiveCard::receive() {
  if (inbox_.empty() || inbox_.begin()->first > now_ps_) return std::nullopt;
  HostMessage message = std::move(inbox_.begin()->second);
  inbox_.erase(inbox_.begin());
  return message;
}

HostCosts LiveCard::costs() const {
  return {picoseconds(config_.host_syscall_ns), picoseconds(config_.host_wakeup_ns)};
}

}  // namespace nic
