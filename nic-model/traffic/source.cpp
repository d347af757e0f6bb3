// PacketSource: one of generator, capture, fixed list or function behind one door.
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "nic-model/packet_io.h"
#include "nic-model/traffic/capture.h"
#include "nic-model/traffic/generator.h"

namespace nic {
namespace {

struct FrameList {
  std::vector<Frame> frames;
  size_t next_index = 0;
};

struct FrameFunction {
  std::function<bool(Frame&)> next;
};

struct NextFrame {  // visitor
  Frame& frame;
  base::Result<bool> operator()(Generator& generator) const {
    generator.next(frame);
    return true;
  }
  base::Result<bool> operator()(Capture& capture) const { return capture.next(frame); }
  base::Result<bool> operator()(FrameList& list) const {
    if (list.next_index == list.frames.size()) return false;
    frame = list.frames[list.next_index++];
    return true;
  }
  base::Result<bool> operator()(FrameFunction& function) const { return function.next(frame); }
};

}  // namespace

struct PacketSource::Impl {
  std::variant<Generator, Capture, FrameList, FrameFunction> kind;
};

PacketSource::PacketSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketSource::PacketSource(PacketSource&&) noexcept = default;
PacketSource::~PacketSource() = default;

[[gnu::hot]] base::Result<bool> PacketSource::next(Frame& frame) {
  return std::visit(NextFrame{frame}, impl_->kind);
}

base::Result<PacketSource> open_generator(const std::string& text, uint64_t seed,
                                          const LineRate& line) {
  base::Result<TrafficSpec> spec = parse_traffic(text);
  if (!spec) return spec.error();
  base::Result<Pacer> pacer = Pacer::create(spec->rate, line);
  if (!pacer) return pacer.error();
  return PacketSource(std::make_unique<PacketSource::Impl>(
      PacketSource::Impl{Generator(*spec, seed, std::move(*pacer))}));
}

base::Result<PacketSource> open_capture(const std::string& path, const std::string& rate_text,
                                        bool repeat, const LineRate& line) {
  std::optional<Pacer> pacer;
  if (!rate_text.empty()) {
    base::Result<Rate> rate = parse_rate(rate_text);
    if (!rate) return rate.error();
    base::Result<Pacer> created = Pacer::create(*rate, line);
    if (!created) return created.error();
    pacer = std::move(*created);
  }
  base::Result<Capture> capture = Capture::open(path, std::move(pacer), repeat);
  if (!capture) return capture.error();
  return PacketSource(
      std::make_unique<PacketSource::Impl>(PacketSource::Impl{std::move(*capture)}));
}

PacketSource from_frames(std::vector<Frame> frames) {
  return PacketSource(
      std::make_unique<PacketSource::Impl>(PacketSource::Impl{FrameList{std::move(frames)}}));
}

PacketSource from_function(std::function<bool(Frame&)> next) {
  return PacketSource(
      std::make_unique<PacketSource::Impl>(PacketSource::Impl{FrameFunction{std::move(next)}}));
}

}  // namespace nic
