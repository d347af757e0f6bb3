// The thread of a tap link.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/tap_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace host::nfp {

namespace {

constexpr unsigned kPort = 0;
constexpr size_t kMostFrameBytes = 10'240;
constexpr size_t kLeastFrameBytes = 60;  // without FCS: what is shorter, the sender's card fills up
constexpr size_t kMostAtOnce = 64;
constexpr uint64_t kStepPs = 20'000'000;
constexpr unsigned kMostSteps =
    100;  // until a packet has left or is lost; later ones leave with the next

base::Result<base::UniqueFd> open_tap(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ)
    return base::invalid_input(
        fmt::format("tap \"{}\": names have 1 to {} bytes", name, IFNAMSIZ - 1));
  base::UniqueFd tap(open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!tap) return base::io_error(fmt::format("no /dev/net/tun: {}", std::strerror(errno)));
  ifreq request = {};
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (ioctl(tap.get(), TUNSETIFF, &request) != 0)
    return base::io_error(fmt::format("tap {}: {}", name, std::strerror(errno)));
  return tap;
}

std::vector<std::vector<uint8_t>> read_frames(int tap) {
  std::vector<std::vector<uint8_t>> frames;
  while (frames.size() < kMostAtOnce) {
    std::vector<uint8_t> frame(kMostFrameBytes);
    const ssize_t n = read(tap, frame.data(), frame.size());
    if (n <= 0) break;
    frame.resize(static_cast<size_t>(n));
    frames.push_back(std::move(frame));
  }
  return frames;
}

// An interface that is down takes nothing: a cable without an end.
void write_frame(int tap, std::span<const uint8_t> frame) {
  static_cast<void>(write(tap, frame.data(), frame.size()) < 0);
}

}  // namespace

TapLink::TapLink(Adapter& adapter)
    : adapter_(adapter),
      source_(nic::from_function([this](nic::Frame& frame) { return next(frame); })) {}

base::Result<std::unique_ptr<TapLink>> TapLink::start(Adapter& adapter, const std::string& wire,
                                                      const std::string& host) {
  std::unique_ptr<TapLink> link(new TapLink(adapter));
  base::Result<base::UniqueFd> wire_tap = open_tap(wire), host_tap = open_tap(host);
  if (!wire_tap) return wire_tap.error();
  if (!host_tap) return host_tap.error();
  link->wire_ = std::move(*wire_tap);
  link->host_ = std::move(*host_tap);
  link->stop_ = base::UniqueFd(eventfd(0, EFD_CLOEXEC));
  if (!link->stop_) return base::io_error(fmt::format("no eventfd: {}", std::strerror(errno)));
  adapter.on_departure([raw = link.get()](const nic::Departure& packet) { raw->take(packet); });
  adapter.with_card([raw = link.get()](nic::LiveCard& card) {
    card.on_transmitted(
        [raw](const nic::Transmitted& packet) { raw->keep(raw->wire_, packet.bytes); });
  });
  link->thread_ = std::thread([raw = link.get()] { raw->run(); });
  return link;
}

TapLink::~TapLink() {
  const uint64_t one = 1;
  if (thread_.joinable() && write(stop_.get(), &one, sizeof one) == sizeof one) thread_.join();
  adapter_.on_departure({});
  adapter_.with_card([](nic::LiveCard& card) {
    card.on_transmitted({});
    card.detach();
  });
}

void TapLink::run() {
  pollfd entries[] = {{stop_.get(), POLLIN, 0}, {wire_.get(), POLLIN, 0}, {host_.get(), POLLIN, 0}};
  for (;;) {
    if (poll(entries, 3, -1) < 0) continue;
    if (entries[0].revents != 0) return;
    // An interface that somebody removed, or whose namespace is gone, would wake us for ever.
    for (pollfd& entry : entries) {
      if ((entry.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) entry.fd = -1;
    }
    std::vector<std::vector<uint8_t>> from_host = read_frames(host_.get());
    std::vector<std::vector<uint8_t>> from_wire = read_frames(wire_.get());
    for (std::vector<uint8_t>& frame : from_wire)
      frame.resize(std::max(frame.size(), kLeastFrameBytes));
    if (!from_wire.empty() || !from_host.empty()) through_the_card(std::move(from_wire), from_host);
  }
}

void TapLink::through_the_card(std::vector<std::vector<uint8_t>> from_wire,
                               const std::vector<std::vector<uint8_t>>& from_host) {
  std::vector<Out> out;
  adapter_.with_card([&](nic::LiveCard& card) {
    // The card counts those that it has no room for.
    for (const std::vector<uint8_t>& frame : from_host)
      static_cast<void>(card.transmit(kPort, frame));
    std::ranges::move(from_wire, std::back_inserter(arrived_));
    left_ = 0;
    if (!card.attach(source_, {})) return;
    const auto are_all_through = [&] {
      return left_ >= from_wire.size() && !card.is_transmitting();
    };
    for (unsigned step = 0; step < kMostSteps && !are_all_through(); ++step)
      card.run_until(card.now_ps() + kStepPs);
    out.swap(out_);
  });
  for (const Out& packet : out) write_frame(packet.tap, packet.bytes);
}

void TapLink::take(const nic::Departure& packet) {
  ++left_;
  if (packet.exit == nic::Exit::kDropped) return;
  keep(packet.exit == nic::Exit::kHost ? host_ : wire_, packet.bytes);
}

void TapLink::keep(const base::UniqueFd& tap, std::span<const uint8_t> bytes) {
  out_.push_back({tap.get(), {bytes.begin(), bytes.end()}});
}

bool TapLink::next(nic::Frame& frame) {
  if (arrived_.empty()) return false;
  frame.arrival_ps = 0;
  frame.port = kPort;
  frame.bytes = std::move(arrived_.front());
  arrived_.pop_front();
  frame.wire_bytes = static_cast<uint32_t>(frame.bytes.size());
  return true;
}

}  // namespace host::nfp
